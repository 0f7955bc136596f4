package db

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"
)

// ReplicaState is what can be said of a replica that is one of this database.
type ReplicaState struct {
	Behind int64 // bytes of the primary's log that it has not replayed
	// KeepsSnapshots: the primary keeps what the replica's readers still look at, so that
	// the replica ends no export.
	KeepsSnapshots bool
}

// replicaLook bounds the look at a replica.
const replicaLook = 10 * time.Second

// CheckReplica looks whether Options.ReadURL leads to a standby of the database, for a
// store that is open for reading only.
func (s *Store) CheckReplica(ctx context.Context) (is ReplicaState, err error) {
	ctx, cancel := context.WithTimeout(ctx, replicaLook)
	defer cancel()
	primary, err := read(ctx, s, func(c *conn) (server, error) { return c.server() })
	if err != nil {
		return is, err
	}
	on, err := s.replica.watch.Conn(ctx)
	if err != nil {
		return is, fmt.Errorf("the replica cannot be reached, or is no standby: %w", err)
	}
	defer on.Close()
	replica, err := (&conn{ctx: ctx, db: on, s: s}).server()
	switch {
	case err != nil:
		return is, fmt.Errorf("the replica cannot be read: %w", err)
	case !replica.at.standby:
		return is, errors.New("--read-database leads to a primary, not to a standby")
	case !hmac.Equal(primary.secret, replica.secret):
		return is, errors.New("--read-database leads to another database than --database")
	}
	is.Behind = max(0, primary.at.place-replica.at.place)
	is.KeepsSnapshots, err = s.shared.keepsSnapshots(ctx, on)
	return is, err
}

// server is how far a server is, and which database it has.
type server struct {
	at     standing
	secret []byte
}

func (c *conn) server() (v server, err error) {
	if v.at, err = c.s.shared.standing(c.ctx, c.db, 0); err == nil {
		err = c.row(`SELECT value FROM meta WHERE name = 'customers'`).Scan(&v.secret)
	}
	return v, err
}
