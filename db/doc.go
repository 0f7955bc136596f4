// Package db keeps everything that lastclick knows, in SQLite or in PostgreSQL. It is
// the only package that writes SQL; it hands back model types and *model.Error only.
//
// # One committer
//
// All writing goes through one goroutine (committer.go) that owns the only writing
// connection. What queued while it waited for the last fsync is its next
// transaction, so a hundred orders that come at once cost one fsync, and a lone one
// waits for nobody; there is no timer to tune. Each operation runs in a savepoint: one
// that fails, or panics, is undone alone. Everybody is answered after COMMIT, and
// memory (gate.go) changes after COMMIT, so nothing is acknowledged or shown that
// could still be lost. The queue is bounded; beyond it the answer is Busy at once.
// The price: writes do not run in parallel. SQLite would not let them anyway, and the
// work of an order is small beside its fsync.
//
// A caller's context bounds the wait, never the commit: an order is not lost because
// a connection was.
//
// # Memory for the hot path
//
// The redirect and the webhook door read links, events, clients and checkouts from
// memory, and never wait for the disk. Clicks go into a bounded queue and reach the
// tables some 20 ms later, many rows in one INSERT; a reader that wants numbers has
// them written first. A killed process may lose that much of the click counts, an
// orderly stop loses none, and no attribution depends on them: the proof of a click
// is the signed receipt in the visitor's browser.
//
// # Sums by difference
//
// Facts are orders, tickets, scans and clicks. What the page shows is kept in cells
// (sums.go, cells.go), because counting distinct customers over a year of orders at every look
// would not do. An order's transaction measures the order before and after its change
// and moves the cells by the difference: one path for a new order, an update, a
// refund, a scan, and for the new-customer mark that moves to another order. The
// rules of what counts are in model.Contribute alone. Distinct counts do not add up, so each roll-up
// that is shown has a cell of its own, and cell_customers says who is in it. A range
// of days has no cells: it reads the range's facts by an index (days.go). Check
// recounts everything with SQL that shares nothing with this path, and the
// conformance suite ends every test with it.
//
// # Two engines, one text
//
// Every query is written once, with $1…$n that first appear in ascending order (mattn
// binds by appearance, PostgreSQL by number; a test reads them all), integers for
// times and booleans, ON CONFLICT and RETURNING. engine.go is what differs. PostgreSQL
// is for several nodes over one database: there the committers take turns by an
// advisory lock, which keeps every rule as simple as with one node and costs one lock
// a batch, not an order. Several nodes so share the reading and the redirects, not
// the writing; that is what a ticket platform has most of. What moved is counted in the table moves; other nodes are
// hinted by NOTIFY and poll that table as the truth, for a NOTIFY can be lost.
//
// # What is not here
//
// Foreign text is cleaned at the doors and in model; this package only composes it
// (NFC), in one function, on its way into a table. Nothing is deleted but the
// secrets of checkouts and the codes of invites: links, people and checkouts keep
// their rows, so that ids, codes and the audit stay true.
package db
