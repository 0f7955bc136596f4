package ssh

import "github.com/prometheus/client_golang/prometheus"

var (
	connectionsDesc = prometheus.NewDesc("lastclick_ssh_connections", "Open SSH connections, by who: person (signed in with a known key), stranger.", []string{"who"}, nil)
	sessionsDesc    = prometheus.NewDesc("lastclick_ssh_sessions", "Open SSH sessions, by kind: console, command, join (an unknown key).", []string{"kind"}, nil)
)

// newRefused counts what connLimiter does not let in.
func newRefused() prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lastclick_ssh_refused_total",
		Help: "SSH connections that were refused because too many are open, in all or from their network.",
	})
}

// collector counts what is open when it is scraped.
type collector struct{ s *Server }

func (c collector) Describe(out chan<- *prometheus.Desc) {
	out <- connectionsDesc
	out <- sessionsDesc
}

func (c collector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, n int, label string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), label)
	}
	known, strangers := c.s.conns.counts()
	gauge(connectionsDesc, known, "person")
	gauge(connectionsDesc, strangers, "stranger")
	kinds := c.s.sessions.kinds()
	for _, kind := range []string{"console", "command", "join"} {
		gauge(sessionsDesc, kinds[kind], kind)
	}
}

// counts are the open connections of people and of strangers.
func (l *connLimiter) counts() (known, strangers int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known, len(l.conns) - l.known
}

// kinds counts the open sessions. One whose client has not said yet what it wants is in
// none.
func (o *sessions) kinds() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	kinds := map[string]int{}
	for s := range o.open {
		select {
		case <-s.started:
		default:
			continue
		}
		switch {
		case s.actor == nil:
			kinds["join"]++
		case s.command != "":
			kinds["command"]++
		default:
			kinds["console"]++
		}
	}
	return kinds
}
