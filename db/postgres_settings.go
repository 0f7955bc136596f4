package db

import (
	"fmt"
	"strings"
	"time"
)

// This file holds what every connection to PostgreSQL is set to. Nothing that matters is
// left to the server, the database or the role, whose defaults may differ from node to
// node or change under a running one; only the search_path is the operator's, in the URL
// or by ALTER ROLE, for it says which schema is lastclick's.
//
// A connection of lastclick's own gets its settings when it is made. A server connection
// behind a pooler serves others between two transactions, so there each transaction
// begins with its settings, in the round trip of its BEGIN.

// The deadlines. The first group is kept by the server, so it holds for a node that is
// stopped or cut off too; the second by this process, for a server or a path that hangs.
const (
	lockWait        = 2 * time.Second         // a row that another node has locked
	idleWait        = 2 * time.Second         // the committer is silent inside a transaction: it hangs, and its locks go
	writeTimeout    = 8 * time.Second         // one statement of the committer; a deadline for changes of many rows
	migrateIdle     = time.Minute             // a migration computes between two statements
	serverSendWait  = 4 * time.Second         // what the server sent and a lost machine does not acknowledge (tcp_user_timeout)
	connectTimeout  = 2 * time.Second         // one host, unless the URL says connect_timeout
	beginTimeout    = 3 * time.Second         // the BEGIN of a reader: it waits for nothing, so the path or the server hangs
	stepTimeout     = 5 * time.Second         // the answers to one step of the committer: two waits for locks, and some
	writeSilence    = writeTimeout + idleWait // the server must have said something by then
	listenPing      = 5 * time.Second         // a connection that only listens is asked as often
	pooledPoll      = 250 * time.Millisecond  // behind a pooler there is no LISTEN
	sendWait        = 5 * time.Second         // what this node sent and the server's machine does not acknowledge (TCP_USER_TIMEOUT)
	keepaliveIdle   = 10 * time.Second        // a silent peer is asked by TCP after that,
	keepaliveEvery  = 3 * time.Second         // so often,
	keepaliveProbes = 3                       // and so many times: 19 s for a machine that was switched off
)

// setting is one of the server's, by name.
type setting struct{ name, value string }

// startSettings are settings that a pooler keeps apart for each client too (PgBouncer: "tracked"),
// so that they are sent when connecting, whatever is between. Texts and literals are read
// by them.
var startSettings = []setting{
	{"application_name", "lastclick"}, // how pg_stat_activity shows a node
	{"client_encoding", "UTF8"},
	{"standard_conforming_strings", "on"},
	{"DateStyle", "ISO"},
	{"timezone", "UTC"},
}

// allSettings are settings of every transaction.
var allSettings = []setting{
	{"default_transaction_isolation", "read committed"}, // each BEGIN asks for its own; this is for statements alone
	{"default_transaction_read_only", "off"},
	{"lock_timeout", inMillis(lockWait)},
}

// connectionSettings are settings of the connection between this process and the server.
var connectionSettings = []setting{
	{"idle_session_timeout", "0"}, // pools keep connections as long as they like
	{"tcp_user_timeout", inMillis(serverSendWait)},
	{"tcp_keepalives_idle", inSeconds(keepaliveIdle)},
	{"tcp_keepalives_interval", inSeconds(keepaliveEvery)},
	{"tcp_keepalives_count", fmt.Sprint(keepaliveProbes)},
}

// readSettings are settings of readers, beside the deadlines of each transaction (beginRead). To
// compile a query costs 100 ms and more, and none of a page takes as long.
var readSettings = []setting{
	{"plan_cache_mode", "auto"},
	{"jit", "off"},
	{"statement_timeout", inMillis(readTimeout)},
	{"idle_in_transaction_session_timeout", inMillis(readTimeout)},
}

// migrateSettings are settings for the making of tables, which takes as long as it takes; other
// nodes that start wait for it.
var migrateSettings = []setting{
	{"synchronous_commit", "on"},
	{"plan_cache_mode", "auto"},
	{"statement_timeout", "0"},
	{"lock_timeout", "0"},
	{"idle_in_transaction_session_timeout", inMillis(migrateIdle)},
}

// commitSettings are settings of the committer. Its statements read rows by their keys, so
// each is planned once, as loops over indexes: planned again for each batch they cost a
// third of it. Without the enable settings such a plan, made while tables are empty, reads
// them from end to end later. Where a table has no such index after all, the plan looks
// so dear to the server that it would compile it, for 50 ms and more.
var commitSettings = []setting{
	{"synchronous_commit", "on"}, // an order is answered once it is on disk, of the standby too where there is a synchronous one
	{"plan_cache_mode", "force_generic_plan"},
	{"enable_seqscan", "off"},
	{"enable_hashjoin", "off"},
	{"enable_mergejoin", "off"},
	{"enable_bitmapscan", "off"},
	{"jit", "off"},
	{"lock_timeout", inMillis(lockWait)},
	{"idle_in_transaction_session_timeout", inMillis(idleWait)},
	{"statement_timeout", inMillis(writeTimeout)},
}

func inMillis(d time.Duration) string  { return fmt.Sprint(d.Milliseconds()) }
func inSeconds(d time.Duration) string { return fmt.Sprint(int(d.Seconds())) }

// setText is one statement that makes the settings: for the transaction where local is
// set, else for the session.
func setText(local bool, lists ...[]setting) string {
	var calls []string
	for _, list := range lists {
		for _, s := range list {
			calls = append(calls, fmt.Sprintf("set_config(%s, %s, %t)", quoted(s.name), quoted(s.value), local))
		}
	}
	return "SELECT " + strings.Join(calls, ", ")
}

// quoted is a literal, where standard_conforming_strings is on.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// beginText begins a transaction with an isolation that is asked for. Where the server
// connection is shared it makes the settings too: the time for a statement first, which
// the role's default may have made too short for anything else.
func (e *postgres) beginText(mode string, limit time.Duration, lists ...[]setting) string {
	begin := "BEGIN ISOLATION LEVEL " + mode
	if !e.pooled.Load() {
		return begin
	}
	lists = append([][]setting{allSettings}, append(lists, e.own)...)
	return begin + "; SET LOCAL statement_timeout = " + inMillis(limit) + "; " + setText(true, lists...)
}

// beginWrite begins a transaction of the committer.
func (e *postgres) beginWrite() string {
	return e.beginText("READ COMMITTED READ WRITE", writeTimeout, commitSettings)
}

// beginMigrate begins one that makes tables.
func (e *postgres) beginMigrate() string {
	return e.beginText("READ COMMITTED READ WRITE", 0, migrateSettings)
}

// beginRead begins a snapshot. The server gives up what its reader has given up: limit is
// how long that one waits.
func (e *postgres) beginRead(limit time.Duration) string {
	deadlines := []setting{{"statement_timeout", inMillis(limit)}, {"idle_in_transaction_session_timeout", inMillis(limit)}}
	text := e.beginText("REPEATABLE READ READ ONLY", limit, readSettings, deadlines)
	switch {
	case e.pooled.Load():
		text += "; SELECT pg_is_in_recovery()" // the pooler may have gone on to a standby: see BeginTx
	case limit > readTimeout:
		text += "; " + setText(true, deadlines)
	}
	return text
}
