package db

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"lastclick/model"
)

const (
	// rehearseTimeout is how long a rehearsal may hold its snapshot, and with it the WAL
	// file.
	rehearseTimeout = 2 * time.Minute
	// rehearseLength is how many deliveries a rehearsal decides in one unit, which holds
	// a kilobyte and more of each.
	rehearseLength = 16 * batchLength
)

// rehearsal is the source of a unit of work that is decided and never written. It reads
// one snapshot.
type rehearsal struct{ c *conn }

var _ source = rehearsal{}

func (r rehearsal) load(u *unit, w *wanted) error {
	return u.load(w, func(list ...request) error {
		for _, q := range list {
			if err := r.c.set(q.set, q.values, q.scan); err != nil {
				return err
			}
		}
		return nil
	})
}

// errRehearsed is the error of what only writing asks for.
var errRehearsed = errors.New("a rehearsal writes nothing")

func (rehearsal) newID(string) (int64, error)               { return 0, errRehearsed }
func (rehearsal) earliest(*customer, int) ([]ranked, error) { return nil, errRehearsed }
func (rehearsal) finalPeriods([]int64) (periods, error)     { return nil, errRehearsed }
func (rehearsal) insertEvent(*unit, *event) error           { return errRehearsed }
func (r rehearsal) keptItem(id int64) (kept, error)         { return r.c.kept(id) }
func (rehearsal) parked(*unit, string) ([]kept, error)      { return nil, errRehearsed }

// Rehearse says of each delivery, an order or a scan, what Receive would answer if they
// came one after the other, and writes nothing. It decides them as the committer does,
// on what one snapshot holds and what those before them would have changed: of a long
// list, those of the same thousands.
func (s *Store) Rehearse(ctx context.Context, deliveries iter.Seq[model.Delivery], say func(model.Outcome, error)) error {
	_, err := snapshot(ctx, s, rehearseTimeout, func(c *conn) (none struct{}, err error) {
		var secret []byte // s.customers is the committer's alone
		if err := c.row(`SELECT value FROM meta WHERE name = 'customers'`).Scan(&secret); err != nil {
			return none, err
		}
		var u *unit
		var batch []*delivery
		n := 0
		for d := range deliveries {
			if n%rehearseLength == 0 {
				u = newUnit(rehearsal{c}, s.now(), secret, s.keyring)
			}
			n++
			batch = append(batch, prepare(d, s.keyring))
			if len(batch) < batchLength {
				continue
			}
			if err := s.rehearse(u, batch, say); err != nil {
				return none, err
			}
			batch = batch[:0]
		}
		if len(batch) == 0 {
			return none, nil
		}
		return none, s.rehearse(u, batch, say)
	})
	return err
}

func (s *Store) rehearse(u *unit, batch []*delivery, say func(model.Outcome, error)) error {
	w := &wanted{}
	for _, d := range batch {
		d.want(w)
		if o := d.Webhook.Order; o != nil && len(d.Faults) == 0 {
			if hash := o.Customer.Identity(u.customers, u.checkout(d.Checkout).name); hash != nil {
				w.buyers = append(w.buyers, string(hash))
			}
		}
	}
	u.fetch(w)
	for _, d := range batch {
		if u.err != nil {
			return u.err
		}
		var a answer
		err := u.attempt(func() (err error) {
			a, err = u.receive(d)
			return err
		})
		if err == nil {
			err = a.err
		}
		if u.err == nil {
			say(a.outcome, s.failed(err))
		}
	}
	return u.err
}

// NoteImport puts into the audit what a person is about to import.
func (s *Store) NoteImport(ctx context.Context, a model.Actor, n model.ImportNote) error {
	if err := a.Require(model.Admin); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		return t.audit(a, 0, n.Action, strings.Join(n.Checkouts, " "), nil, map[string]any{"lines": n.Lines, "sha256": n.SHA256})
	})
}
