package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"lastclick/model"
)

// session is the committer's connection, with what was learned on it. What names rows of
// the database is never older than the connection: after a failover that lost the last
// commits, an id may name another row, or none. Whatever leaves the state of the
// connection in doubt ends the session, and the next batch begins another. So does a batch
// that does not find the session's last one committed (memory.go).
type session struct {
	s    *Store
	conn *sql.Conn
	node string // its own name, for the row that notes its commits

	stale bool  // what is in memory is older than this connection
	batch int64 // the last one that was committed

	// locked are the clients that the transaction has locked; nil where nothing else
	// writes, or all is locked.
	locked map[int64]bool
	// partly says that the transaction holds locks of some sales, behind which the locks
	// that come first can be taken no more.
	partly bool

	// cells are the rows of cells. They are never deleted, so this keeps some 100 bytes
	// for each combination of link, event and type that was sold.
	cells     map[model.Bucket]int64
	checkouts map[int64]string   // names, which never change; not more than was read before a commit
	ids       map[string]*idPool // by table
}

// idPool holds ids that were taken for new rows and not used yet.
type idPool struct {
	free []int64
	last int64 // the highest that was taken, where this process alone gives them
}

func (p *idPool) next() int64 {
	id := p.free[0]
	p.free = p.free[1:]
	return id
}

// openSession is the session that is open, or a new one.
func (s *Store) openSession(ctx context.Context) (*session, error) {
	if s.session != nil {
		return s.session, nil
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	ses := &session{s: s, conn: conn, node: rand.Text(), stale: s.loaded.Load(), cells: map[model.Bucket]int64{}, checkouts: map[int64]string{}, ids: map[string]*idPool{}}
	if err := s.engine.prepareSession(ctx, ses); err != nil {
		s.discard(conn) // it may lead to a standby, and another one would not
		return nil, err
	}
	s.session = ses
	return ses, nil
}

// endSession gives the connection up, and all that was learned on it.
func (s *Store) endSession() {
	if s.session == nil {
		return
	}
	conn := s.session.conn
	s.session = nil
	s.discard(conn) // a transaction may be open on it
}

// discard closes a connection that the pool must not hand out again.
func (s *Store) discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	if err := conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) {
		s.log.Debug("the committer's connection was closed", "err", err)
	}
}

// run runs the requests in their order.
func (ses *session) run(ctx context.Context, requests ...request) error {
	list := requests[:0:0]
	for _, r := range requests {
		if r.set == nil || len(r.values) > 0 {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return ses.s.engine.run(ctx, ses.conn, list)
}

// runAlone runs requests in a transaction of their own; on a file, each in its own.
func (ses *session) runAlone(ctx context.Context, requests ...request) error {
	if ses.s.shared == nil {
		return ses.run(ctx, requests...)
	}
	return ses.run(ctx, slices.Concat([]request{ses.s.engine.beginRequest()}, requests, []request{{text: "COMMIT"}})...)
}

// takeIDs asks for ids, until the pool of the table holds n.
func (ses *session) takeIDs(table string, n int) []request {
	p := ses.ids[table]
	if p == nil {
		p = &idPool{}
		ses.ids[table] = p
	}
	if n -= len(p.free); n <= 0 {
		return nil
	}
	return []request{ses.s.engine.idRequest(table, n, p)}
}

// id is the id of a new row of the table.
func (ses *session) id(ctx context.Context, table string) (int64, error) {
	if err := ses.run(ctx, ses.takeIDs(table, 1)...); err != nil {
		return 0, err
	}
	p := ses.ids[table]
	if len(p.free) == 0 {
		return 0, fmt.Errorf("no id was given for a row of %s", table)
	}
	return p.next(), nil
}

// moreLocks says that the batch changes what it has not locked: it is to be tried again,
// with these clients locked too, or with all that nodes lock.
type moreLocks struct {
	clients []int64
	all     bool
}

func (e *moreLocks) Error() string {
	if e.all {
		return "not all sales were locked"
	}
	return fmt.Sprintf("the clients %v were not locked", e.clients)
}

// locks are those of a batch, beside the ones that its deliveries ask for. All nodes take
// them in one order: what is no sale, checkouts, clients, customers.
type locks struct {
	others  bool // what is no sale
	all     bool // that too, and all sales
	clients []int64
}

// begin begins a transaction and loads what the deliveries read into the unit. On several
// nodes it locks that first, and what else it is told to.
func (ses *session) begin(ctx context.Context, u *unit, deliveries []*delivery, more locks) error {
	if err := ses.nameCheckouts(ctx, deliveries); err != nil {
		return err
	}
	w := &wanted{}
	orders := 0
	for _, d := range deliveries {
		d.want(w)
		if o := d.Webhook.Order; o != nil && len(d.Faults) == 0 {
			orders++
			if hash := o.Customer.Identity(u.customers, ses.checkouts[d.Checkout]); hash != nil {
				w.buyers = append(w.buyers, string(hash))
			}
		}
	}
	first := []request{ses.s.engine.beginRequest()}
	ses.locked, ses.partly = nil, false
	if shared := ses.s.shared; shared != nil {
		first = append(first, ses.s.schemaRequest())
		if more.others || more.all {
			first = append(first, request{text: shared.lockText(false)})
		}
		if more.all {
			first = append(first, request{text: shared.lockText(true)})
		} else if len(deliveries) > 0 {
			ses.locked, ses.partly = map[int64]bool{}, true
			first = append(first, shared.lockRequests(w, more.clients, func(id int64) { ses.locked[id] = true })...)
		}
	}
	if p := ses.ids["orders"]; p != nil && ses.s.shared != nil {
		p.free = nil // their numbers are taken under the locks: see OrdersSince
	}
	if orders > 0 {
		first = append(append(first, ses.takeIDs("orders", orders)...), ses.takeIDs("customers", orders)...)
	}
	return ses.load(ctx, u, w, first...)
}

// nameCheckouts learns the names of checkouts, which the identities of customers need.
func (ses *session) nameCheckouts(ctx context.Context, deliveries []*delivery) error {
	var unknown []int64
	for _, d := range deliveries {
		if _, ok := ses.checkouts[d.Checkout]; !ok {
			unknown = append(unknown, d.Checkout)
		}
	}
	if unknown = missingKeys(unknown, ses.checkouts); len(unknown) == 0 {
		return nil
	}
	return ses.runAlone(ctx, request{set: loadCheckouts, values: anys(unknown), scan: func(r scanner) error {
		var k checkout
		err := r.Scan(&k.id, &k.name, &k.client, &k.kind)
		ses.checkouts[k.id] = k.name
		return err
	}})
}

// wantLocked fails where the unit changes sales of a client that is not locked.
func (ses *session) wantLocked(c *changes) error {
	if ses.locked == nil {
		return nil
	}
	var missing []int64
	want := func(client int64) {
		if !ses.locked[client] && !slices.Contains(missing, client) {
			missing = append(missing, client)
		}
	}
	for k := range c.totals {
		want(k.cell.Client)
	}
	for k := range c.kindOrders {
		want(k.client)
	}
	if missing == nil {
		return nil
	}
	return &moreLocks{clients: missing}
}

// rollback takes the transaction back. Where that fails as well, the session ends.
func (ses *session) rollback(ctx context.Context) {
	if ses.s.session != ses {
		return // it has ended, and with it the transaction
	}
	if err := ses.run(ctx, request{text: "ROLLBACK"}); err != nil && !ses.s.engine.isRolledBack(err) {
		ses.s.endSession()
	}
	for _, p := range ses.ids {
		p.free = nil
	}
	clear(ses.checkouts)
}
