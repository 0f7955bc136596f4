// Package listen makes the listeners of the daemon: the sockets that systemd passes, the
// PROXY protocol before them, and TLS on them, with certificates from files or by ACME.
//
// Where things are: sockets.go takes what systemd passes; proxy.go reads PROXY headers;
// files.go serves a certificate from files, acme.go those that an authority issues;
// redirect.go is what plain HTTP answers beside HTTPS; inspect.go tells doctor about
// certificates.
//
// Invariants:
//
//   - An address in a PROXY header is believed from trusted networks alone, and read away
//     from the accept loop, under a deadline. No connection waits for another.
//   - A certificate is asked for by the names that were configured, never by what a client
//     says. A name that fails is tried again by a growing pause, however many ask.
//   - No handshake waits longer than handshakeWait for an authority, and the start not at
//     all.
//   - A certificate that is served stays until there is a better one: neither a bad file nor
//     a failing renewal takes it away.
//
// Trade-offs:
//
//   - Certificates by ACME are of ECDSA keys alone. A client that cannot verify those, which
//     no browser of the last ten years is, gets no answer; autocert would order a second
//     certificate of each name for it.
//   - The nodes of one database share their certificates in it. Two that begin at the same
//     time may both ask for the first one; renewals are spread by autocert.
//   - The HTTPS server sends Strict-Transport-Security for its own host and 30 days: the
//     hosts below it are not ours to speak for, and who goes back to HTTP waits a month, not
//     a year.
//
// Dependencies: golang.org/x/crypto/acme/autocert is the Go project's own client of ACME
// (RFC 8555) with both challenges and renewal. github.com/pires/go-proxyproto parses both
// versions of the PROXY header and is fuzzed; its listener is not used, because that reads
// the header when the address is first asked for, which the SSH server does in its accept
// loop. github.com/coreos/go-systemd's activation is the reference of the socket protocol in
// Go. golang.org/x/net/idna writes names as certificates hold them, as autocert does.
package listen
