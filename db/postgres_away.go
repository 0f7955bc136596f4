package db

import (
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// unreachable leaves out what a server answers that is there: a wait for a lock that was
// too long, a standby, too many connections.
func (e *postgres) unreachable(err error) bool {
	failure, answered := errors.AsType[*pgconn.PgError](err)
	return !answered || strings.HasPrefix(failure.Code, "08") || strings.HasPrefix(failure.Code, "57P")
}

// servers leaves out the user and the password: it is written to logs and to disk.
func (e *postgres) servers() string {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return ""
	}
	place := func(host string, port uint16) string {
		return net.JoinHostPort(host, strconv.Itoa(int(port))) + "/" + config.Database
	}
	list := []string{place(config.Host, config.Port)}
	for _, f := range config.Fallbacks { // each host twice where TLS is optional
		list = append(list, place(f.Host, f.Port))
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

// probe adds nothing to the row of the session that each commit writes, which no other
// node locks.
func (e *postgres) probe() []request { return nil }
