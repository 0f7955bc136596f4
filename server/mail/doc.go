// Package mail sends the mails of the outbox over SMTP: the welcome mail that brings a
// tracking link to its owner, and the invite that lets a promoter sign in. Without a
// mail server each mail becomes a file in the outbox directory, which is noted as written,
// never as sent.
//
// A mail is sent at least once. Its row is written in the transaction of the link or
// invite. The worker takes it under a lease, hands the mail to the server, and then
// notes it as sent. A worker that dies between the two sends it again, with the same
// Message-ID, so that mail programs can show it once.
//
// There are three kinds of failure:
//
//   - A server that cannot be reached, or refuses the session, stops all mail. Nothing
//     is lost, the order stays, and one connection a minute finds out when it works.
//   - A 4xx answer, or a connection that breaks, delays this mail alone. It is tried
//     again, less and less often, for five days.
//   - A 5xx answer is final. The server's sentence is kept for the promoter to read.
//
// Transport security: smtps:// is TLS from the first byte. On smtp:// a server that
// offers STARTTLS gets it, and a password is only ever sent over TLS. A server without
// TLS is used in the clear only where there is no password. Names in certificates are
// checked, except on the loopback, where only this machine can answer.
//
// The tests run a server that fails on request (emersion/go-smtp), and Exim where it is
// installed.
package mail
