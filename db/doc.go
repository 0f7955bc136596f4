// Package db keeps everything that lastclick knows, in SQLite or in PostgreSQL. It is
// the only package that speaks SQL; callers get model types and *model.Error only.
//
// # An order, from top to bottom
//
//	                     many goroutines
//	webhooks.go          Receive: verify the receipt, hash the body      prepare
//	                         │ queue, at most 4,096
//	                     one goroutine, one connection
//	committer.go         all that queued during the last fsync           gather
//	session.go, load.go  BEGIN, what the batch reads, by set queries     load
//	webhooks.go          each delivery in turn, in Go, as if alone       decide
//	orders.go tickets.go verdicts.go click_tokens.go scans.go event_updates.go inbox.go
//	settle.go, sums.go   who bought first; what the sums differ by
//	write.go             one statement a table, for the whole batch      write
//	transact.go          COMMIT, then the answers, the cache, the signals
//
// A batch is one unit of work (unit.go): at most 256 operations that wait for one fsync.
// Its deliveries are decided on what was loaded, and change nothing but the unit; one
// that is refused, or panics, is taken back there and leaves no trace. So deciding
// needs no SQL, and is tested without (unit_test.go). Only the difference between the
// state before the batch and the state after it is written. Other operations (links,
// people, settings, and a delivery that adds an event) run behind it in the same
// transaction, each in a savepoint.
//
// There is no timer to tune: a hundred orders that come at once cost one fsync, and a
// lone one does not wait for others. Every caller is answered after COMMIT. A batch
// that cannot be written is tried again one by one, so that one poisoned operation
// harms no other. The queue is bounded; beyond it the answer is Busy at once. A
// caller's context bounds the wait, never the commit.
//
// The price: an order is decided by code that knows what it must load. What it did not
// ask for is loaded when it is wanted, one query each: right, and slow on a server that
// is far away. And writes do not run in parallel on one node.
//
// # Where the rest is
//
//	store.go, ready.go, readonly.go
//	                           open, close; whether it can commit; and the store beside a
//	                           running daemon
//	sets.go, conn.go           statements over many rows; transactions of readers
//	cache.go, link_table.go, cache_load.go, cache_changes.go
//	                           what the redirect and the webhook door read from memory
//	cache_file.go, cache_file_read.go, cache_keep.go, away.go
//	                           the snapshot of the cache on this node's disk, and a store
//	                           that runs from it while its database is away
//	look_up.go                 asks the database for what that memory does not know
//	watch.go, changefeed.go, versions.go
//	                           signals of changes: of this node, and of other nodes
//	memory.go                  what is remembered, and dropped after a failover
//	pages.go, pages_kept.go    a page is read once a change, for all who look at it
//	replica.go, replica_follow.go, replica_check.go
//	                           what people look at, read from a standby
//	metrics.go                 what Prometheus is told
//	engine.go                  what the engines do differently; sqlite.go, postgres.go,
//	                           postgres_writer.go, postgres_away.go, doubt.go
//	postgres_settings.go, postgres_connect.go, postgres_socket.go, postgres_hosts.go,
//	postgres_errors.go         connections to PostgreSQL: settings, deadlines, what is refused
//	migrate.go, migrations/    the schema: read migrations/sqlite/0001.sql, 0005.sql and 0007.sql
//	outdated.go                nodes of an older version over a newer schema
//	move.go, move_*.go, moved.go
//	                           lastclick migrate-to: from SQLite to PostgreSQL
//	rebuild.go, days.go        the sums from the facts: for an older database, and for
//	                           a client's new timezone
//	clicks.go, click_journal.go
//	check.go, check_*.go, recount.go
//	                           the recount that proves every sum
//
//	person_settings.go         what a person has set for the console
//	leases.go                  the clock that ends leases
//	shop_queue.go, contacts.go what shops posted and is still to be worked off; when
//	                           checkouts were last heard of, written now and then
//
//	clients.go, checkouts.go, events.go, links.go, aliases.go, people.go, person_keys.go,
//	principals.go, invites.go, outbox.go, hooks.go, audit.go, signing_keys.go,
//	receipt_keys.go, host_keys.go, acme.go
//	                           each the table of that name, with the methods that
//	                           people use
//
//	hook_messages.go, hook_outbox.go
//	                           what our own webhooks tell: the difference that a batch
//	                           makes, written with it; and what waits to be sent
//	customers.go, erase.go, erased.go
//	                           what is stored about a buyer; taking the person out of it
//	privacy.go, retention.go   which column is about buyers; what is kept for a while only
//	stats.go, page_sums.go, stats_range.go
//	                           Link Tracking: of all time, and of a range of days
//	link_detail.go, series.go, series_sales.go, event_stats.go, stats_page.go
//	                           a link's page, charts, events, the page of its owner
//	order_list.go, order_explain.go, order_proof.go, exports.go, export_links.go,
//	export_orders.go
//
// # Sums
//
// Facts are orders, tickets, scans and clicks. What pages show is kept, for counting
// distinct customers over a year of orders takes too long at every look. The rules of
// what counts are in model.Contribute alone; it says what an order adds to which cell: a
// link's, an event's or a ticket type's row of numbers.
//
//	cells        the cell, and its distinct customers of all time
//	cell_sums    what adds up: orders, tickets, money …, by currency
//	cell_days    the same by the day of placed_at in the client's timezone
//	cell_buyers  (day, before) → customers who were there on that day, and last before
//	             on the day before
//
// Distinct customers do not add up over days, but these pairs do: the customers of the
// days a to b are the pairs with a ≤ day ≤ b and before < a, since each customer has one
// first day in the range. So every range is a sum of rows, however many orders lie in
// it. An order that comes or goes moves at most three rows of a cell; which ones says the
// customer's own list of cells and days (places.go), one value in the customer's row.
// A buyer with very many days and cells (a box office that sends one id for all) makes
// that value long; it is read and written once a batch.
//
// Days are those of one timezone. When a client's changes, the days of the old one are
// kept on and the facts answer, until they are counted in the new one (days.go). That is
// one transaction, for which orders wait: some seconds for each 100,000 orders.
//
// Who took over from whom is kept in link_overlaps, moved with the order; lists of orders
// are rows of order_lists, one for each link and one for the client. Clicks are counts of
// a link by quarter of an hour, never rows about people.
//
// Check recounts all of it in ways that share nothing with this path, and the
// conformance suite ends every test with it.
//
// # Click tokens
//
// Whom a token belongs to is decided by the order that is accepted with it first, so it is
// a row of click_tokens, made in that order's transaction; a second node that made it too
// is tried again. Whether an order's token was its customer's is kept with the order, for
// it must not change when other orders come. Tests claim no token.
//
// # Memory for the hot path
//
// The redirect and the webhook door read links, events, clients and checkouts from the
// cache, and never wait for the disk. Links lie in flat arrays without pointers, so that
// a million of them cost the garbage collector nothing. The cache is changed by key after
// a commit, and read again whole wherever something may have been missed: on a new session
// of the committer, and where the count of changes is not the expected one. memory.go lists
// all that a node remembers, and how it is dropped when the database has lost its last
// changes. Another node's change comes some milliseconds late; what the cache does not know
// is looked up in the database before a request is answered with 404 (look_up.go).
//
// Clicks are merged in memory, are durable some 20 ms later, and reach the sums with
// them a moment after; a reader that wants numbers has them folded first. A killed
// process may lose that much of the click counts, an orderly stop loses none, and no
// attribution depends on them: the proof of a click is the signed receipt in the
// visitor's browser.
//
// # Two engines, one text
//
// Every query is written once, with $1…$n that first appear in ascending order (a test
// reads them all), integers for times and booleans, ON CONFLICT and RETURNING; a query
// over many rows is a set (sets.go). The interface engine is what differs.
//
// On PostgreSQL the requests of a step are pipelined: a batch takes two to four round
// trips, whatever is in it, and the committer's statements are planned once, as loops over
// indexes. Orders and their clicks have no references to other tables there (0006.sql):
// the unit of work has just read or made what they name. Several nodes over one database keep out of one another's way
// by locks of rows, taken in one order: a row for all that is no sale (where a batch has
// such an operation), the batch's checkouts (shared, or alone where scans come), the
// clients that its orders concern, the customers. A batch that finds out late that it
// needs one of the first is tried again with all of them. A batch that turns out
// to change a client that it did not lock, since a purchase is the first no more, is tried
// again with that lock too. Deadlocks and unique violations between nodes are tried again.
// A node that hangs loses its locks after 2 s. What a connection is set to, and all
// deadlines, are in postgres_settings.go: nothing is left to the defaults of the server or
// the role. Each connection is checked to lead to a primary; a pooler between, which has
// every transaction run on another server connection, is noticed by itself, and then a
// transaction begins with its settings, statements have no names, and changes of other
// nodes are polled for (postgres_connect.go). Where the answer to COMMIT is lost, the
// row of the batch's own id says what happened (doubt.go), and the callers are told then.
// A transaction that does not find the batch before it fails: a standby took over that had
// not got it, or a backup was restored. Then all that was remembered is read again
// (memory.go). No advisory lock is taken but by migrations, and nothing waits for a
// notification but hints.
//
// What runs by itself runs on every node. All that is no sale takes turns over all nodes
// (lockOthers), so each of these happens once, or twice does no harm:
//
//	mails, hooks, deliveries of shops   one node has each, under a lease in its row that ends
//	                                    by the server's clock (leases.go); at least once
//	invites, and how many are tried     used once; 60 tries a minute in all (invites.go). The
//	                                    limits by address, of sign-ins and of HTTP are by node
//	receipt keys, secrets, host keys    made once: the row is there, or it is waited for
//	retention, days of a new timezone   the second node finds nothing left to do
//	clicks, contacts                    each node adds its own; a time is never set back
//	certificates by ACME                two nodes that start together may both ask for one
//
// Clocks: leases apart, the time is that of the node that an order, a click or a webhook
// reaches. Clocks that differ by seconds order clicks wrongly that are as near; those that
// are more than 5 minutes off refuse webhooks. Keep them by NTP.
//
// Nodes that sell for one client take turns, so more nodes do not make its orders faster;
// they share redirects, pages and other clients.
//
// # What is not here
//
// Foreign text is cleaned where it comes in and in model; this package only composes it
// (NFC), in one function, on its way into a table. Nothing is deleted but the secrets of
// checkouts, the codes of invites, settled deliveries of shops, and what is kept for a
// while only (retention.go: bodies, webhook ids, the audit): links, people and checkouts
// keep their rows, so that ids, codes and the audit stay true. So do customers who are
// erased: their row stays, with the hash of a made-up name (erased.go).
package db
