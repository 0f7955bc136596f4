// Package db keeps everything that lastclick knows, in SQLite or in PostgreSQL. It is
// the only package that speaks SQL; callers get model types and *model.Error only.
//
// # Where things are
//
//	store.go, readonly.go      open, close, and the store beside a running daemon
//	committer.go, conn.go      the one writer; transactions and snapshots of readers
//	cache.go                   what the redirect and the webhook door read from memory
//	watch.go, changefeed.go    signals of changes: of this node, and of other nodes
//	engine.go                  what the engines do differently; sqlite.go, postgres.go
//	migrate.go, migrations/    the schema: read migrations/sqlite/0001.sql first
//	values.go, parameters.go, bulk.go, errors.go
//
//	webhooks.go, inbox.go      a delivery: applied once, or kept for an admin
//	orders.go, tickets.go      an order and its tickets; verdicts.go who gets the sale
//	scans.go, event_updates.go the other webhooks
//	clicks.go                  clicks, counted many at a time
//	sums.go, cells.go          what an order changes in the sums that pages show
//	check.go, recount.go       the recount that proves the sums
//
//	clients.go, checkouts.go, events.go, links.go, people.go, person_keys.go,
//	invites.go, outbox.go, audit.go, signing_keys.go
//	                           each the table of that name, with the methods that
//	                           people use
//
//	pages.go, pages_kept.go    what many read at once is read once a change
//	stats.go, stats_range.go   Link Tracking: of all time, and of a range of days
//	link_detail.go, series.go, event_stats.go, stats_page.go
//	                           a link's page, charts, events, the page of its owner
//	order_list.go, order_explain.go
//	exports.go, export_links.go, export_orders.go
//
// # One committer
//
// All writing goes through one goroutine (committer.go) that owns the only writing
// connection. What queued while it waited for the last fsync is its next
// transaction, so a hundred orders that come at once cost one fsync, and a lone one
// does not wait for others; there is no timer to tune. Each operation runs in a
// savepoint: one that fails, or panics, is undone alone. Every caller is answered after
// COMMIT, and the cache changes after COMMIT, so nothing is acknowledged or shown that
// could still be lost. The queue is bounded; beyond it the answer is Busy at once. The
// price: writes do not run in parallel. SQLite would not let them anyway, and the work
// of an order is small beside its fsync.
//
// A caller's context bounds the wait, never the commit: an order is not lost because
// a connection was.
//
// # Memory for the hot path
//
// The redirect and the webhook door read links, events, clients and checkouts from
// the cache, and never wait for the disk. Clicks go into a bounded queue and reach the
// tables some 20 ms later, many rows in one INSERT; a reader that wants numbers has
// them written first. A killed process may lose that much of the click counts, an
// orderly stop loses none, and no attribution depends on them: the proof of a click
// is the signed receipt in the visitor's browser.
//
// # Pages are read once
//
// Every console of a client, its commands and its owners' stats pages ask for the same
// few pages at every change. A page is kept until something of its client changes, and
// those who ask while it is being read share that reading. A commit counts as a change
// of its clients before it is acknowledged, so a caller never gets a page from before a
// change that it knows of; the conformance suite compares every kept page with a fresh
// one after each change. So a change that pages show must mark its client
// (tx.markChanged), as it must for the watchers to hear of it.
//
// # Sums by difference
//
// Facts are orders, tickets, scans and clicks. What pages show is kept in cells,
// because counting distinct customers over a year of orders takes too long at every
// look. An order's transaction measures the order before and after its change and adds
// the difference to the cells: one path for a new order, an update, a refund, a scan,
// and for the new-customer mark that goes to another order. The rules of what counts
// are in model.Contribute alone. Distinct counts do not add up, so each total that is
// shown has a cell of its own, and cell_customers says who is in it. A range of days
// has no cells: its facts are read by an index. Check recounts everything with SQL that
// shares nothing with this path, and the conformance suite ends every test with it.
//
// # Two engines, one text
//
// Every query is written once, with $1…$n that first appear in ascending order (a test
// reads them all), integers for times and booleans, ON CONFLICT and RETURNING. The
// interface engine is what differs. PostgreSQL is for several nodes over one database:
// their committers take turns by an advisory lock, which keeps every rule as simple as
// with one node and costs one lock a batch, not an order. So several nodes share the
// reading and the redirects, which is most of the load, and not the writing. They count
// their changes in the table moves, and each polls it; NOTIFY only makes the next poll
// come sooner, since a notification can be lost.
//
// # What is not here
//
// Foreign text is cleaned where it comes in and in model; this package only composes it
// (NFC), in one function, on its way into a table. Nothing is deleted but the secrets
// of checkouts and the codes of invites: links, people and checkouts keep their rows,
// so that ids, codes and the audit stay true.
package db
