package web

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the server's metrics. Every label has few values, all of them ours:
// nothing that a client sends becomes one.
type metrics struct {
	// Redirects by kind: counters and not their vector, on the hot path.
	person, bot, head, prefetch, archived, plain prometheus.Counter
	// Requests for a link or page that does not exist, those that were limited, and those
	// where it could not be known.
	unknown, limited, unsure prometheus.Counter
	dropped                  prometheus.Counter
	webhooks                 *prometheus.CounterVec
	webhookSeconds           prometheus.Histogram
	streams                  prometheus.Gauge
	streamsRefused           prometheus.Counter
}

func newMetrics(registry prometheus.Registerer, ready func() bool) *metrics {
	redirects := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lastclick_redirects_total",
		Help: "Requests for links and pages, by kind: person (a counted click), bot, head, prefetch, archived, page (no tracking link), unknown (404), limited (429), unsure (503: not in memory, and the database does not answer).",
	}, []string{"kind"})
	m := &metrics{
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lastclick_clicks_dropped_total",
			Help: "Clicks that were redirected and not counted, because clicks on too many links waited for the disk.",
		}),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lastclick_webhooks_total",
			Help: "Webhooks by HTTP status and result: applied, duplicate, stale, parked, refused; of shops also kept, ignored.",
		}, []string{"status", "result"}),
		webhookSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "lastclick_webhook_seconds",
			Help:    "Time from a webhook's headers to its answer, commit included.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	m.streams = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "lastclick_live_pages",
		Help: "Stats pages that are open live now.",
	})
	m.streamsRefused = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lastclick_live_pages_refused_total",
		Help: "Stats pages that were refused a live stream, and work by reload.",
	})
	for kind, counter := range map[string]*prometheus.Counter{
		"person": &m.person, "bot": &m.bot, "head": &m.head, "prefetch": &m.prefetch,
		"archived": &m.archived, "page": &m.plain, "unknown": &m.unknown, "limited": &m.limited, "unsure": &m.unsure,
	} {
		*counter = redirects.WithLabelValues(kind)
	}
	registry.MustRegister(redirects, m.dropped, m.webhooks, m.webhookSeconds, m.streams, m.streamsRefused, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lastclick_orders_ready",
		Help: "1 while orders can be committed, 0 while they are answered 503; what /readyz?orders says.",
	}, func() float64 {
		if ready() {
			return 1
		}
		return 0
	}))
	return m
}

// webhook counts one answered webhook.
func (m *metrics) webhook(status int, result string, took time.Duration) {
	m.webhooks.WithLabelValues(strconv.Itoa(status), result).Inc()
	m.webhookSeconds.Observe(took.Seconds())
}

// processRegistry returns a registry with the metrics of Go and of the process.
func processRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// MetricsHandler serves GET /metrics, for a listener that the public does not reach.
func (s *Server) MetricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		MaxRequestsInFlight: 4,
		Timeout:             5 * time.Second,
	}))
	return mux
}
