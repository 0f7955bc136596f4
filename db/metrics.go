package db

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const (
	waitingKeep = 5 * time.Second // for which one count of what waits holds, however many scrape
	waitingTime = 2 * time.Second // for that count to be made
)

// metrics are what the committer measures. Labels have few values, all of them ours.
type metrics struct {
	operations prometheus.Histogram // of a transaction
	seconds    prometheus.Histogram
	failures   prometheus.Counter
	rebuilds   prometheus.Counter // of the cache
	lookUps    *prometheus.CounterVec

	saves, saveFailures prometheus.Counter // of the cache file
}

func newMetrics() metrics {
	m := metrics{
		operations: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "lastclick_commit_operations",
			Help:    "Orders, clicks' flushes and changes in one transaction.",
			Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256},
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "lastclick_commit_seconds",
			Help:    "Time of a transaction, from its first statement until it is on disk.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lastclick_commit_failures_total",
			Help: "Transactions that could not be committed: the disk is full, the database away.",
		}),
		rebuilds: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lastclick_cache_rebuilds_total",
			Help: "Times that the cache of links, events and checkouts was read again whole.",
		}),
		saves: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lastclick_snapshot_writes_total",
			Help: "Times that a snapshot of the cache was written to this node's disk; with PostgreSQL alone.",
		}),
		saveFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lastclick_snapshot_failures_total",
			Help: "Times that a snapshot of the cache could not be written to this node's disk.",
		}),
		lookUps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lastclick_lookups_total",
			Help: "Names that the cache did not know, by what came of looking them up in the database: found (another node has just made it), unknown, failed (no answer in time); without asking it: repeated (answered by a look-up of the last second), limited (too many, or the database did not answer just before).",
		}, []string{"outcome"}),
	}
	for _, outcome := range []string{"found", "unknown", "failed", "repeated", "limited"} {
		m.lookUps.WithLabelValues(outcome) // shown from the start
	}
	return m
}

// batch counts one transaction.
func (m *metrics) batch(operations int, took time.Duration, err error) {
	if err != nil {
		m.failures.Inc()
	}
	if operations > 0 {
		m.operations.Observe(float64(operations))
		m.seconds.Observe(took.Seconds())
	}
}

// register hands all metrics of the store to the registry.
func (s *Store) register(r prometheus.Registerer) {
	r.MustRegister(s.metrics.operations, s.metrics.seconds, s.metrics.failures, s.metrics.rebuilds, s.metrics.lookUps, s.metrics.saves, s.metrics.saveFailures, &storeCollector{s: s})
	if s.shared != nil { // how many connections are in use, and how long readers wait for one
		r.MustRegister(readersCollector{s})
	}
	if s.replica != nil {
		r.MustRegister(s.replica)
	}
}

// readersCollector tells of the readers' pool, once there is one.
type readersCollector struct{ s *Store }

func (c readersCollector) Describe(ch chan<- *prometheus.Desc) {
	collectors.NewDBStatsCollector(nil, readersPool).Describe(ch)
}

func (c readersCollector) Collect(ch chan<- prometheus.Metric) {
	if !c.s.away.Load() {
		collectors.NewDBStatsCollector(c.s.readers, readersPool).Collect(ch)
	}
}

const readersPool = "readers"

var (
	queueDesc = prometheus.NewDesc("lastclick_commit_queue_length", "Operations that wait for the next transaction; at 4096 orders are answered 503.", nil, nil)
	cacheDesc = prometheus.NewDesc("lastclick_cache_entries", "What the redirect finds in memory, by kind: link, alias, page (a client or an event).", []string{"kind"}, nil)
	fileDesc  = prometheus.NewDesc("lastclick_database_bytes", "Size of the database, by file: database, and wal with SQLite.", []string{"file"}, nil)
	takenDesc = prometheus.NewDesc("lastclick_snapshot_timestamp_seconds", "When the snapshot of the cache on this node's disk was taken; 0: there is none, as with SQLite.", nil, nil)
	awayDesc  = prometheus.NewDesc("lastclick_running_from_snapshot", "1 while links redirect from the snapshot, because the database has not been reached since the start.", nil, nil)

	inboxDesc      = prometheus.NewDesc("lastclick_inbox_items", "Webhooks in the inbox that are not settled, by state: parked, refused, conflict; of shops also unmapped, waiting, note, retrying.", []string{"state"}, nil)
	deliveriesDesc = prometheus.NewDesc("lastclick_shop_deliveries_queued", "What shops posted and is not worked off yet.", nil, nil)
	mailsDesc      = prometheus.NewDesc("lastclick_mails_queued", "Mails that are not sent yet.", nil, nil)
	mailAgeDesc    = prometheus.NewDesc("lastclick_mails_oldest_seconds", "Age of the oldest mail that is not sent yet; 0: none waits.", nil, nil)
	hooksDesc      = prometheus.NewDesc("lastclick_hook_messages_queued", "Messages to outgoing hooks that are not delivered yet.", nil, nil)
)

// storeCollector answers a scrape. What memory knows is always there; what the database
// is asked for is left out while it does not answer.
type storeCollector struct {
	s *Store

	mu      sync.Mutex
	counted time.Time
	waits   *waiting // nil: not known
}

// waiting is how much waits in the database.
type waiting struct {
	inbox                    map[string]float64
	deliveries, mails, hooks float64
	oldestMail               float64 // seconds
	size                     float64 // of a database that is no file of ours, in bytes
}

// Describe lists the metrics.
func (c *storeCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queueDesc, cacheDesc, fileDesc, takenDesc, awayDesc, inboxDesc, deliveriesDesc, mailsDesc, mailAgeDesc, hooksDesc} {
		out <- d
	}
}

// Collect answers one scrape.
func (c *storeCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(queueDesc, float64(len(c.s.ops)))
	if m := c.s.cache.Load(); m != nil {
		gauge(cacheDesc, float64(m.links.links.Load()), "link")
		gauge(cacheDesc, float64(m.aliases.links.Load()), "alias")
		gauge(cacheDesc, float64(len(*m.pages.Load())-1), "page") // the place 0 is none
	}
	gauge(takenDesc, float64(c.s.saver.taken.Load())/1000)
	if c.s.Away() == nil {
		gauge(awayDesc, 0)
	} else {
		gauge(awayDesc, 1)
	}
	if c.s.file != nil {
		for file, size := range c.s.file.sizes() {
			gauge(fileDesc, float64(size), file)
		}
	}
	w := c.waiting()
	if w == nil {
		return
	}
	for state, n := range w.inbox {
		gauge(inboxDesc, n, state)
	}
	gauge(deliveriesDesc, w.deliveries)
	gauge(mailsDesc, w.mails)
	gauge(mailAgeDesc, w.oldestMail)
	gauge(hooksDesc, w.hooks)
	if c.s.shared != nil {
		gauge(fileDesc, w.size, "database")
	}
}

// waiting counts, at most once in waitingKeep; nil: the database did not answer.
func (c *storeCollector) waiting() *waiting {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.counted) < waitingKeep {
		return c.waits
	}
	ctx, cancel := context.WithTimeout(c.s.ctx, waitingTime)
	defer cancel()
	w, err := read(ctx, c.s, (*conn).waiting)
	if err != nil {
		w = nil
		if ctx.Err() == nil {
			c.s.log.Debug("what waits could not be counted", "err", err)
		}
	}
	c.counted, c.waits = time.Now(), w
	return w
}

func (c *conn) waiting() (*waiting, error) {
	w := &waiting{inbox: map[string]float64{}}
	for _, state := range []string{"parked", "refused", "conflict", "unmapped", "waiting", "note", "retrying"} {
		w.inbox[state] = 0
	}
	err := c.each(func(r *sql.Rows) error {
		var state string
		var n float64
		err := r.Scan(&state, &n)
		w.inbox[state] = n
		return err
	}, `SELECT state, count(*) FROM inbox WHERE resolved_at IS NULL GROUP BY state`)
	if err != nil {
		return nil, err
	}
	var oldest int64
	err = c.row(`SELECT (SELECT count(*) FROM shop_deliveries WHERE state = 'queued'), (SELECT count(*) FROM hook_outbox),
		count(*), COALESCE(min(created_at), 0) FROM outbox WHERE state = 'queued'`).Scan(&w.deliveries, &w.hooks, &w.mails, &oldest)
	if err != nil {
		return nil, err
	}
	if oldest > 0 {
		w.oldestMail = max(0, c.s.now().Sub(fromMillis(oldest)).Seconds())
	}
	if c.s.shared != nil {
		size, err := c.s.shared.size(c.ctx, c.db)
		if err != nil {
			return nil, err
		}
		w.size = float64(size)
	}
	return w, nil
}
