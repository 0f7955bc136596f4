// Package mail turns the rows of the outbox into mail: the welcome mail that brings
// a tracking link to its owner, and the invite that lets a promoter sign in.
//
// A mail is sent at least once. Its row was written together with the link; the
// worker takes it under a lease, hands the mail to the server, and only then notes
// it as sent. A worker that dies between the two sends it again, with the same
// Message-ID, so that a reader's program can show it once.
//
// Three things can go wrong, and they are told apart. A server that cannot be
// reached, or does not let us in, stops all mail: nothing is lost, the order stays,
// and one dial a minute finds out when it is back. A 4xx answer, or a connection
// that breaks, is this mail's own delay: it is tried again, ever more rarely, for
// five days, and holds up no other mail. A 5xx answer is final, and the server's
// sentence is kept for the promoter to read.
//
// Transport security: smtps:// is TLS from the first byte. On smtp:// a server that
// offers STARTTLS gets it, and a user name is only ever sent after it; a server
// without TLS is spoken to in the clear only where no password is at stake. Names in
// certificates are checked, except on the loopback, which nobody else can answer.
//
// Without a server, each mail is a file in the outbox directory.
//
// rsc.io/qr draws the QR code. The tests alone use emersion/go-smtp and go-sasl, a
// server that fails on request, and gozxing, which reads a QR code as a phone does.
package mail
