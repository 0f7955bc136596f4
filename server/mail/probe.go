package mail

import (
	"context"
	"errors"
)

// Probe connects to the mail server of c and signs in, and sends no mail. Its error is a
// sentence without the password. Store may be nil.
func Probe(ctx context.Context, c Config) error {
	w, err := New(c)
	if err != nil {
		return err
	}
	t, ok := w.transport.(*smtpTransport)
	if !ok {
		return errors.New("mails are files: there is no mail server to ask")
	}
	defer t.release()
	return t.open(ctx)
}
