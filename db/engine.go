package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// engine is what SQLite and PostgreSQL each do their own way. Every query is written
// once, for both; sqlite.go and postgres.go hold the two implementations.
type engine interface {
	name() string
	version(ctx context.Context, db *sql.DB) (string, error) // of the engine that runs

	// open makes an empty database where there is none. openReadOnly wants one that is
	// there. Both return pools that the caller closes.
	open(ctx context.Context) (readers, writer *sql.DB, err error)
	openReadOnly(ctx context.Context) (readers *sql.DB, err error)

	migrations() (migrations, error)
	hasTable(ctx context.Context, db querier, name string) (bool, error)

	// parameters returns the query with its $1, $2 … as the engine wants them.
	parameters(query string) string
	snapshot() *sql.TxOptions      // makes all reads of one transaction see the same state
	classify(err error) model.Kind // Full, Busy or Conflict; Internal for the rest
	backup(ctx context.Context, dest string) error
	// runSet runs a set at once, outside of the committer's session.
	runSet(ctx context.Context, db querier, q *set, values []any, scan func(scanner) error) error

	// For the committer's session.
	prepareSession(ctx context.Context, ses *session) error
	run(ctx context.Context, conn *sql.Conn, requests []request) error // in their order
	beginRequest() request
	idRequest(table string, n int, into *idPool) request // n ids for new rows
	isRolledBack(err error) bool                         // a ROLLBACK had nothing to do
	probe() []request                                    // for a transaction to need what any other needs, without changing anything
}

// fileEngine is an engine whose database is a file that lastclick looks after itself.
type fileEngine interface {
	engine
	// hold takes the file for this process, which alone may write to it until letGo, and
	// says whether it had to be made, and whether what was committed last may be lost;
	// begin notes the file once it is open. intact says whether it still is that file, behind a commit also whether its disk takes writes: a
	// commit to another one, or to one without a name, is none.
	hold() (made, lost bool, err error)
	begin(ctx context.Context, writer *sql.DB) error
	intact(committed bool) error
	letGo() error
	answers(ctx context.Context) error // the disk takes a write
	damaged(err error) bool            // the file does not hold what was written
	// adopt marks an empty file as lastclick's, and refuses another program's.
	adopt(ctx context.Context, db *sql.DB) error
	// backupBeforeMigrate copies the database beside itself; schema is its version.
	backupBeforeMigrate(ctx context.Context, db *sql.DB, schema int) error
	checkpoint(ctx context.Context, writer querier) error // in quiet moments
	overgrown() bool                                      // a checkpoint is due, quiet or not
	finalize(ctx context.Context, writer *sql.DB) error   // before the writer closes
	sizes() map[string]int64                              // bytes, of its parts that are there
	checkFile(c *conn) ([]model.Difference, error)
}

// sharedEngine is an engine whose database other nodes read and write too.
type sharedEngine interface {
	engine
	// servers are the places of the URL, each as host:port/database, without its user and
	// password.
	servers() string
	// unreachable says that the server was not there, of an error that is Busy.
	unreachable(err error) bool
	// explain says why the database cannot be used, and what to do, where that is known.
	explain(err error) error
	// lock keeps the other nodes from migrating until the transaction ends.
	lock(ctx context.Context, tx *sql.Tx) error
	// lockSchema waits for the transactions of nodes that run, which all read the version
	// of the schema first, and keeps others from beginning until tx ends.
	lockSchema(ctx context.Context, tx *sql.Tx) error
	// lockRequests lock what a batch will change, and the extra clients; locked is called
	// for each client. lockText locks all sales, or all that is no sale.
	lockRequests(w *wanted, extra []int64, locked func(client int64)) []request
	lockText(sales bool) string
	// retriable says that another node was in the way: the transaction is to be tried
	// again from its beginning.
	retriable(err error) bool
	// committedRequest notes the batch of a session in its own transaction; committed
	// looks whether it is there, where lostAnswer says that the answer to COMMIT does not
	// tell, and keeps it from coming later.
	committedRequest(session string, last, batch int64, at time.Time) request
	committed(ctx context.Context, conn *sql.Conn, session string, batch int64) (bool, error)
	lostAnswer(err error) bool
	// wasSetBack says that the request failed, since the session's last batch is not there;
	// holds looks whether a batch is. skipIDs skips the ids that the rows may have had that
	// were lost.
	wasSetBack(err error) bool
	holds(ctx context.Context, db querier, last lastBatch) (bool, error)
	skipIDs(ctx context.Context, db querier) error
	// clock is the time of the server's clock.
	clock(ctx context.Context, db querier) (time.Time, error)
	// size is how much disk the database takes, in bytes.
	size(ctx context.Context, db querier) (int64, error)
	// notify tells the nodes that something changed. A notification may be lost.
	notify(ctx context.Context, db *sql.DB) error
	// openReplica makes the pools of a standby, which may be away, like open; watch has one
	// connection. standing says how far the server of a connection is, and how far with
	// the client.
	openReplica(url string) (readers, watch *sql.DB, err error)
	standing(ctx context.Context, db querier, client int64) (standing, error)
	keepsSnapshots(ctx context.Context, db querier) (bool, error) // see ReplicaState
	// listen calls notified for each notification, and once when it begins; where there
	// can be none, now and then. It returns after a failure, or when ctx ends.
	listen(ctx context.Context, notified func()) error
}

// engineOf is the engine that the options name.
func engineOf(o Options) engine {
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return newPostgres(o)
	}
	return &sqlite{path: sqlitePath(o)}
}

// EngineVersion is the name and version of the database engine in use.
func (s *Store) EngineVersion(ctx context.Context) (string, error) {
	v, err := s.engine.version(ctx, s.readers)
	if err != nil {
		return "", s.failed(err)
	}
	return fmt.Sprintf("%s %s", s.engine.name(), v), nil
}
