package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	replicaEvery  = 500 * time.Millisecond // how often the standby is looked at
	replicaAnswer = time.Second            // within which it must answer
	markEvery     = 100 * time.Millisecond // between two marks: how exact an age is
)

// replica is the standby that pages are read from, where there is one.
type replica struct {
	s       *Store
	readers *sql.DB
	watch   *sql.DB // a connection of its own, since the readers may all be busy

	exportsAfter atomic.Int64 // unix ms before which exports read the primary
	reads        *prometheus.CounterVec

	mu       sync.Mutex
	use      *usage // nil: the standby is not in use
	said     string // why not, as it was logged last
	behind   time.Duration
	timeline string // that the marks belong to
	marks    []mark // the oldest first
	owed     map[int64]int64
}

// usage is a time in which the standby is in use. Its context ends with it, so that who
// reads from a standby that hangs reads from the primary then.
type usage struct {
	ctx    context.Context
	end    context.CancelFunc
	behind atomic.Bool // it is known to be, so waiting for it is no use
}

// mark says that the primary's log was at a place when this was the time.
type mark struct {
	place int64
	at    time.Time
}

// openReplica prepares the replica that the options name, which may be away.
func (s *Store) openReplica() error {
	if s.readURL == "" {
		return nil
	}
	if s.shared == nil {
		return errReplicaOfFile
	}
	readers, watch, err := s.shared.openReplica(s.readURL)
	if err != nil {
		return err
	}
	s.replica = newReplica(s, readers, watch)
	return nil
}

func newReplica(s *Store, readers, watch *sql.DB) *replica {
	r := &replica{s: s, readers: readers, watch: watch, owed: map[int64]int64{}, reads: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lastclick_replica_reads_total",
		Help: "Pages and exports that were read, by where: replica, replica_behind (shown with its age), primary_change (the replica did not have what a person changed), primary_away (no replica in use), primary_failed.",
	}, []string{"from"})}
	for _, from := range []string{"replica", "replica_behind", missChange, missAway, missFailed} {
		r.reads.WithLabelValues(from)
	}
	return r
}

var errReplicaOfFile = errors.New("--read-database is for a database on PostgreSQL: a SQLite file has no replicas")

// close closes the pools. Nothing reads any more.
func (r *replica) close() error {
	if r == nil {
		return nil
	}
	return errors.Join(r.readers.Close(), r.watch.Close())
}

// followReplica looks at the standby again and again, until the store closes.
func (s *Store) followReplica() {
	defer s.replica.stopUsing("", nil)
	again := time.NewTicker(replicaEvery)
	defer again.Stop()
	for {
		s.replica.check(s.ctx)
		select {
		case <-again.C:
		case <-s.ctx.Done():
			return
		}
	}
}

// check looks at both servers, and says whether the standby is in use from now on. While
// the primary is away, that stays as it is: no page is read without it.
func (r *replica) check(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, replicaAnswer)
	defer cancel()
	need, err := r.primary(ctx, 0)
	if err == nil && !need.proven() {
		err = r.prove(ctx)
	}
	if err != nil {
		r.s.log.Debug("the primary did not say how far it is", "err", err)
		return
	}
	at, counts, err := r.look(ctx)
	asOf := r.asOf(at.place)
	switch {
	case r.s.ctx.Err() != nil:
		return
	case err != nil:
		r.stopUsing("it does not answer", err)
	case !at.standby:
		r.stopUsing("it is no standby", nil)
	case at.lineage != need.lineage:
		r.stopUsing("it does not follow the primary of --database, or has not caught up with it since the last failover", nil)
	case !asOf.IsZero():
		r.startUsing(max(0, r.s.now().Sub(asOf)))
	case r.inUse() != nil || r.marksFull(): // else it is not known yet
		r.stopUsing("it is more than "+replicaOlder.String()+" behind", nil)
	}
	r.settle(counts)
}

// look asks the standby how far it is, and with all clients where a page is to be read
// again.
func (r *replica) look(ctx context.Context) (at standing, counts map[int64]version, err error) {
	on, err := r.watch.Conn(ctx)
	if err != nil {
		return at, nil, err
	}
	defer on.Close()
	if at, err = r.s.shared.standing(ctx, on, 0); err != nil || !at.standby {
		discard(on)
		return at, nil, err
	}
	r.mu.Lock()
	owed := len(r.owed)
	r.mu.Unlock()
	if owed > 0 {
		counts, err = (&conn{ctx: ctx, db: on, s: r.s}).loadVersions()
	}
	return at, counts, err
}

// prove writes the random text of this timeline, unless another node has.
func (r *replica) prove(ctx context.Context) error {
	return r.s.update(ctx, func(t *tx) error {
		at, err := r.s.shared.standing(t.ctx, t.db, 0)
		if err != nil || at.standby || at.proven() {
			return err
		}
		_, err = t.exec(`INSERT INTO meta (name, value) VALUES ('lineage', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []byte(at.timeline+" "+rand.Text()))
		return err
	})
}

// inUse is the usage of now; nil: the standby is not in use.
func (r *replica) inUse() *usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.use
}

func (r *replica) startUsing(behind time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind = behind
	if r.use == nil {
		r.use = &usage{}
		r.use.ctx, r.use.end = context.WithCancel(context.Background())
		r.said = ""
		r.s.log.Info("pages and exports are read from the replica", "behind", behind)
	}
	r.use.behind.Store(behind >= replicaOld)
}

// stopUsing has those who read from the standby read from the primary, and those who saw
// an older page from there too. Without why nothing is said.
func (r *replica) stopUsing(why string, err error) {
	r.mu.Lock()
	if r.use != nil {
		r.use.end()
		r.use = nil
	}
	clients := slices.Collect(maps.Keys(r.owed))
	clear(r.owed)
	if why != r.said && why != "" {
		fields := []any{"why", why}
		if err != nil {
			fields = append(fields, "err", err)
		}
		r.s.log.Warn("pages and exports are read from the primary: the replica is not used", fields...)
	}
	r.said = why
	r.mu.Unlock()
	r.s.signal(clients)
}

// owe notes that a page of the client was shown that lacks changes; the standby has so many.
func (r *replica) owe(client, changes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if had, ok := r.owed[client]; !ok || changes < had {
		r.owed[client] = changes
	}
}

// settle has older pages read again of the clients with which the standby has moved on.
func (r *replica) settle(counts map[int64]version) {
	var clients []int64
	r.mu.Lock()
	for client, had := range r.owed {
		if now, ok := counts[client]; ok && now.n != had {
			clients = append(clients, client)
			delete(r.owed, client)
		}
	}
	r.mu.Unlock()
	r.s.signal(clients)
}

// note adds a mark. Of two questions at once, one may be told less than the other.
func (r *replica) note(at standing, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.timeline != r.timeline {
		r.timeline, r.marks = at.timeline, nil
	}
	for len(r.marks) > 0 && now.Sub(r.marks[0].at) > replicaOlder {
		r.marks = r.marks[1:]
	}
	if n := len(r.marks); n == 0 || at.place >= r.marks[n-1].place && now.Sub(r.marks[n-1].at) >= markEvery {
		r.marks = append(r.marks, mark{at.place, now})
	}
}

// asOf is up to when a standby at the place has all that was committed; zero: longer ago
// than is noted.
func (r *replica) asOf(place int64) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range slices.Backward(r.marks) {
		if m.place <= place {
			return m.at
		}
	}
	return time.Time{}
}

// marksFull says whether what is older than all marks is too old.
func (r *replica) marksFull() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.marks) > 0 && r.s.now().Sub(r.marks[0].at) > replicaOlder-replicaOld
}

// answered counts an answer of the standby.
func (r *replica) answered(asOf time.Time) {
	from := "replica"
	if !asOf.IsZero() {
		from = "replica_behind"
	}
	r.reads.WithLabelValues(from).Inc()
}

// missed counts a read that goes to the primary, and logs a failure.
func (r *replica) missed(m *miss) {
	r.reads.WithLabelValues(m.why).Inc()
	if m.err != nil {
		r.s.log.Info("the replica did not answer: the primary was read", "err", m.err)
	}
}

var (
	replicaUsedDesc   = prometheus.NewDesc("lastclick_replica_in_use", "1: pages and exports are read from the replica; 0: all from the primary.", nil, nil)
	replicaBehindDesc = prometheus.NewDesc("lastclick_replica_behind_seconds", "How far the replica is behind the primary, to half a second; left out while it is not in use.", nil, nil)
)

// Describe lists the metrics.
func (r *replica) Describe(out chan<- *prometheus.Desc) {
	r.reads.Describe(out)
	out <- replicaUsedDesc
	out <- replicaBehindDesc
}

// Collect answers one scrape.
func (r *replica) Collect(out chan<- prometheus.Metric) {
	r.reads.Collect(out)
	r.mu.Lock()
	defer r.mu.Unlock()
	out <- prometheus.MustNewConstMetric(replicaUsedDesc, prometheus.GaugeValue, float64(flag(r.use != nil)))
	if r.use != nil {
		out <- prometheus.MustNewConstMetric(replicaBehindDesc, prometheus.GaugeValue, r.behind.Seconds())
	}
}
