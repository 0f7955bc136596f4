package db

import (
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"lastclick/model"
)

// This file holds what errors of PostgreSQL mean, by their SQLSTATE and never by their
// texts, which are in the server's language.

// protocolViolation is how PgBouncer refuses whatever it cannot do.
const protocolViolation = "08P01"

// errStandby says that a server only copies another one; after a failover a reader or a
// pooler may come to one.
var errStandby = errors.New("the server is a standby")

// refused says why lastclick does not start, and what to do.
func refused(msg, hint string, cause error) error {
	return &model.Error{Kind: model.Invalid, Msg: msg, Hint: hint, Err: cause}
}

// reasons are sentences for what a server answers to the one who starts lastclick.
var reasons = map[string][2]string{
	"28P01": {"PostgreSQL refuses the user or the password", "look at those in --database"},
	"28000": {"PostgreSQL refuses the user, or a connection from here", "look at the user, sslmode and sslcert in --database, and at the server's pg_hba.conf"},
	"3D000": {"PostgreSQL has no database of that name", "make it with createdb --encoding UTF8, or look at the name in --database"},
	"42501": {"the role may not do in the database what lastclick must", "let it make tables: GRANT CREATE ON SCHEMA public TO the role, or make it the database's owner"},
	"3F000": {"there is no schema to make tables in", "make the schema that search_path names, and let the role use it and make tables: GRANT USAGE, CREATE ON SCHEMA"},
	"42704": {"the server does not know a setting", "it must be PostgreSQL 14 or newer, and parameters in --database must be those of PostgreSQL"},
	"53300": {"PostgreSQL has no connection left", "a node takes up to 10: raise max_connections there, or lower this node's readers with pool_max_conns in --database"},
	"57P03": {"PostgreSQL does not take connections yet", "it starts or recovers: try again in a moment"},
}

// explain is for errors of the start.
func (e *postgres) explain(err error) error { return explain(err) }

// explain says why a database cannot be used, to the one who starts lastclick.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if said, ok := errors.AsType[*model.Error](err); ok {
		return said
	}
	if errors.Is(err, errStandby) {
		return refused("the server is a standby, which takes no orders", "name the primary in --database, or all hosts, one of which is the primary", err)
	}
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		_, connecting := errors.AsType[*pgconn.ConnectError](err)
		_, asked := errors.AsType[*askedError](err)
		if connecting && !asked && failure.Code == protocolViolation {
			return refused("PgBouncer refuses the connection", "look at the user, password and certificate (sslcert) in --database, and at PgBouncer's auth_file and databases", err)
		}
		if failure.Code == protocolViolation {
			return refused("the pooler before PostgreSQL cannot hold a transaction, or refuses to be asked", "set pool_mode = transaction in PgBouncer: statement pooling would tear orders apart", err)
		}
		if reason, ok := reasons[failure.Code]; ok {
			return refused(reason[0], reason[1], err)
		}
	}
	if alert, ok := errors.AsType[*net.OpError](err); ok && alert.Op == "remote error" { // TLS says so
		return refused("the server refuses this client's certificate, or wants one", "name it with sslcert and sslkey in --database", err)
	}
	if host, ok := errors.AsType[x509.HostnameError](err); ok {
		return refused("the certificate of PostgreSQL is for another host name", "write the name that the certificate has into --database, or have one made for this name", host)
	}
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	if verify, ok := errors.AsType[*tls.CertificateVerificationError](err); ok || unknown || invalid {
		if ok {
			err = verify
		}
		return refused("the certificate of PostgreSQL is not trusted", "name the authority that signed it with sslrootcert in --database", err)
	}
	return err
}

// classify goes by SQLSTATE, never by texts.
func (e *postgres) classify(err error) model.Kind {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case failure.Code == "53100": // disk_full
			return model.Full
		case failure.Code == "23505": // unique_violation
			return model.Conflict
		case failure.Code == "40001", failure.Code == "40P01", failure.Code == "55P03", failure.Code == "57014", // serialization, deadlock, lock timeout, cancelled
			failure.Code == "25006", failure.Code == "25P03", // a standby that took over, an idle transaction that was ended
			failure.Code == "0A000",                                                                                              // a plan that a newer node's migration made void
			strings.HasPrefix(failure.Code, "08"), strings.HasPrefix(failure.Code, "53"), strings.HasPrefix(failure.Code, "57P"): // connection, resources, shutdown
			return model.Busy
		}
		return model.Internal
	}
	if errors.Is(err, errStandby) {
		return model.Busy
	}
	_, network := errors.AsType[net.Error](err)
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	if network || connect || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err) {
		return model.Busy
	}
	return model.Internal
}
