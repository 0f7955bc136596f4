package model

import (
	"context"
	"time"
)

// MailKind says what a mail is for.
type MailKind string

// The kinds of mails.
const (
	WelcomeMail MailKind = "welcome" // to a link's owner, with the link
	InviteMail  MailKind = "invite"  // to a promoter, with the code to sign in
	NumbersMail MailKind = "report"  // numbers of some days
	HookMail    MailKind = "hook"    // that a hook was disabled, to who added it or the owners
)

// Mail is one row of the outbox, with all that its text needs.
type Mail struct {
	ID        int64
	Kind      MailKind
	To        string // an address that CheckEmail took
	Name      string // of the person
	Client    Client // in whose name it is written
	Link      *Link  // of a welcome mail
	Event     *Event // of an event-level link
	Invite    *Invite
	Report    *ReportMail // of numbers
	Hook      *Hook       // of a hook mail
	ReplyTo   string      // where answers go; empty: to the sender's address
	Attempts  int         // before this one
	CreatedAt time.Time
}

// Mailing is what the worker that sends mail needs. A mail is sent at least once:
// after a crash between sending and MailSent it is sent again.
type Mailing interface {
	// QueueReports queues the mails of the reports that are due, and says how many.
	QueueReports(ctx context.Context) (int, error)
	// DueMail hands out mails that are due, the oldest first, and keeps each from
	// other workers for the lease.
	DueMail(ctx context.Context, limit int, lease time.Duration) ([]Mail, error)
	MailSent(ctx context.Context, id int64) error
	// MailWritten notes that the mail became a file, since no mail server is set.
	MailWritten(ctx context.Context, id int64) error
	// MailFailed notes why, and tries again at retry; a zero time gives up.
	MailFailed(ctx context.Context, id int64, reason string, retry time.Time) error
}
