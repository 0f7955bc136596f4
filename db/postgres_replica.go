package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"
)

// replicaConnect bounds a connection to a standby, unless its URL says otherwise: who asked
// for a page waits that long at most before the primary is asked instead.
const replicaConnect = time.Second

// openReplica takes a standby only, of several hosts the first that is one: what a primary
// would answer goes by --database anyway, and a connection to it would be kept when the
// standby is back.
func (e *postgres) openReplica(address string) (readers, watch *sql.DB, err error) {
	badURL := errors.New("--read-database is not a URL of PostgreSQL: write postgres://user:password@host/database") // the cause holds the password
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, badURL
	}
	q := u.Query()
	if !q.Has("connect_timeout") {
		q.Set("connect_timeout", inSeconds(replicaConnect))
	}
	if !q.Has("target_session_attrs") {
		q.Set("target_session_attrs", "standby")
	}
	u.RawQuery = q.Encode()
	there := &postgres{url: u.String(), log: e.log}
	if err := there.readURL(); err != nil {
		return nil, nil, badURL
	}
	readers, watch = sql.OpenDB(pgConnector{there, toLook}), sql.OpenDB(pgConnector{there, toLook})
	readers.SetMaxOpenConns(there.readers)
	readers.SetMaxIdleConns(there.readers)
	watch.SetMaxOpenConns(1)
	return readers, watch, nil
}

// standingText asks a server how far it is. Flushed is what a primary has promised to
// anyone, and all that a standby can have. A name of a WAL file begins with the timeline.
const standingText = `SELECT pg_is_in_recovery(),
		CAST(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END, '0/0') AS BIGINT),
		CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8) END,
		COALESCE((SELECT value FROM meta WHERE name = 'lineage'), ''),
		COALESCE((SELECT n FROM moves WHERE client_id = $1), 0),
		COALESCE(GREATEST((SELECT max(id) FROM audit WHERE client_id = $1), (SELECT max(id) FROM audit WHERE client_id IS NULL)), 0)`

func (e *postgres) standing(ctx context.Context, db querier, client int64) (at standing, err error) {
	var lineage []byte
	err = db.QueryRowContext(ctx, standingText, client).Scan(&at.standby, &at.place, &at.timeline, &lineage, &at.changes, &at.deeds)
	at.lineage = string(lineage)
	return at, err
}

func (e *postgres) keepsSnapshots(ctx context.Context, db querier) (on bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT current_setting('hot_standby_feedback') = 'on'`).Scan(&on)
	return on, err
}
