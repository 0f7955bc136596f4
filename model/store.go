package model

import (
	"context"
	"iter"
	"time"
)

// Store keeps everything. A method that acts for a person takes the Actor, checks the
// role and shows only the actor's client: what belongs to another client is NotFound,
// as if it did not exist.
//
// Errors are *Error: Invalid for a bad input, Busy and Full when the store cannot
// commit now (nothing was done, try again), Internal for the rest. A returned nil
// error of a method that changes something means: durable.
type Store interface {
	HotPath
	LookUps
	Deliveries
	ShopQueue
	Platform
	People
	Preferences
	Links
	Reports
	Statements
	MailReports
	Public
	Mailing
	Hooks
	HookSending
	HostKeys
	ReceiptKeys
	Customers
	Keeper
}

// HotPath is what redirects and webhooks need at every request. It answers from memory
// and never waits for the disk.
type HotPath interface {
	LinkByCode(code string) (Target, bool) // the code or alias, folded
	EventPage(slug string) (Page, bool)
	ClientPage(slug string) (Page, bool)
	CheckoutByName(name string) (Checkout, bool)
	LongestWindow() time.Duration // of all clients: how long a cookie is kept
	Receipts() *Keyring
	// Click takes a click to be counted. It never waits for the disk; false says that too
	// many wait for a disk that takes none, or the store closed: it is not counted.
	Click(Click) bool
	// Heard notes that a checkout's delivery was accepted or refused. It never waits, and
	// is written now and then.
	Heard(Contact)
}

// LookUps ask the database for what HotPath does not know: on several nodes, another one may
// have made it a moment ago. They are bounded in time and number, and an answer holds for a
// second. NotFound says that it does not exist, or that too many unknown names are asked for;
// Busy that the database cannot be asked now. On a single node memory is the truth, and the
// answer is NotFound at once.
type LookUps interface {
	LookUpLink(ctx context.Context, code string) (Target, error) // the code or alias, folded
	LookUpEvent(ctx context.Context, slug string) (Page, error)
	LookUpClient(ctx context.Context, slug string) (Page, error)
	// LookUpCheckout is Busy too where too many unknown names are asked for.
	LookUpCheckout(ctx context.Context, name string) (Checkout, error)
	// LookUpSecrets returns the checkout where it has other secrets by now than the known one.
	LookUpSecrets(ctx context.Context, known Checkout) (Checkout, error)
}

// Deliveries takes what checkouts post.
type Deliveries interface {
	// Receive applies a delivery in one transaction, once however often it comes (R12).
	// Invalid (with Faults) and Conflict have kept the body in the inbox.
	Receive(ctx context.Context, d Delivery) (Outcome, error)
	// Rehearse says of each delivery what Receive would answer if they came one after the
	// other, and writes nothing. It reads one snapshot. What those before it would change
	// counts, as far as they are among the same thousands.
	Rehearse(ctx context.Context, deliveries iter.Seq[Delivery], say func(Outcome, error)) error
	// NoteImport puts into the audit what a person is about to import.
	NoteImport(ctx context.Context, a Actor, n ImportNote) error
	Inbox(ctx context.Context, a Actor, p Paging) (Listing[InboxItem], error) // open ones, newest first
	InboxItem(ctx context.Context, a Actor, id int64) (InboxItem, error)
	// RetryInbox applies an item again; a delivery of a shop is queued to be mapped again.
	RetryInbox(ctx context.Context, a Actor, id int64) (Outcome, error)
	// DismissInbox ends an item that nothing is to be done about. It may be retried later.
	DismissInbox(ctx context.Context, a Actor, id int64) (InboxItem, error)
}

// Platform is clients, checkouts and events.
type Platform interface {
	// Choose gives an actor the client to work on: the named one, or, for an empty
	// slug, the actor's own, or the only one there is (an admin's Client stays
	// empty where there are none or several).
	Choose(ctx context.Context, a Actor, client string) (Actor, error)

	AddClient(ctx context.Context, a Actor, n NewClient) (Client, error)
	Clients(ctx context.Context, a Actor) ([]Client, error)
	Client(ctx context.Context, a Actor, slug string) (Client, error)
	SetClient(ctx context.Context, a Actor, slug string, ch ClientChange) (Client, error)

	// AddCheckout makes a checkout for all clients, or for one (a slug).
	AddCheckout(ctx context.Context, a Actor, n NewCheckout) (CheckoutSecret, error)
	Checkouts(ctx context.Context, a Actor) ([]Checkout, error)
	Checkout(ctx context.Context, a Actor, name string) (Checkout, error)
	// RotateCheckout adds a secret; the one before stays live, older ones end. With EndOld
	// it adds none, and ends all but the newest. A secret that was used in the last day
	// ends with Force alone; else that is a Conflict.
	RotateCheckout(ctx context.Context, a Actor, name string, r Rotation) (CheckoutSecret, error)
	// SetCheckout changes a checkout. What waited in the inbox for an id that is ignored
	// from then on is applied, and what its shop's API refused is asked again. An id that
	// an event has cannot be ignored: that is a Conflict.
	SetCheckout(ctx context.Context, a Actor, name string, ch CheckoutChange) (Checkout, error)
	RemoveCheckout(ctx context.Context, a Actor, name string) error

	AddEvent(ctx context.Context, a Actor, n NewEvent) (Event, error)
	Events(ctx context.Context, a Actor) ([]Event, error)
	Event(ctx context.Context, a Actor, slug string) (Event, error)
	SetEvent(ctx context.Context, a Actor, slug string, ch EventChange) (Event, error)
}

// People is the people who sign in, their keys and invites.
type People interface {
	// Identify returns the person of a key that signed in, and notes that it was used.
	Identify(ctx context.Context, fingerprint string) (Actor, error)
	// IdentifyPrincipals returns the person whom the principals of a certificate name: by
	// NAME, where one person has it, or by CLIENT/NAME, or admin/NAME for an admin. NotFound
	// says that they name no one, Conflict that they name several.
	IdentifyPrincipals(ctx context.Context, principals []string) (Actor, error)
	// EnsureAdmins adds an admin for each key; a known key stays with its person.
	// It returns the keys that are new.
	EnsureAdmins(ctx context.Context, people []NewPerson) ([]Key, error)
	HasAdmin(ctx context.Context) (bool, error)

	AddPerson(ctx context.Context, a Actor, n NewPerson) (Person, error)
	People(ctx context.Context, a Actor) ([]Person, error)
	// SetRole gives a person of a client another role. It refuses to take the last owner's
	// (Conflict). Their open sessions end: they were those of the old role.
	SetRole(ctx context.Context, a Actor, name string, role Role) (Person, error)
	RemovePerson(ctx context.Context, a Actor, name string) error
	AddKey(ctx context.Context, a Actor, person string, k Key) (Key, error) // an empty person is oneself
	Keys(ctx context.Context, a Actor) ([]Key, error)
	RemoveKey(ctx context.Context, a Actor, fingerprint string) error

	// Invite makes a code that makes the key that enters it first the person's, and
	// mails it if the person has an address. An older invite of the same name ends.
	Invite(ctx context.Context, a Actor, n NewPerson) (Invite, error)
	Invites(ctx context.Context, a Actor) ([]Invite, error) // open ones, without their codes
	RevokeInvite(ctx context.Context, a Actor, name string) error
	// Join makes the key that signed in the invited person's. A wrong, used, revoked or
	// expired code is one and the same NotFound; a key that is known is a Conflict.
	Join(ctx context.Context, code string, k Key) (Actor, error)
}

// Links is tracking links.
type Links interface {
	AddLink(ctx context.Context, a Actor, n NewLink) (Link, error)
	// AddLinks is AddLink for several, in their order and in one transaction. One that is
	// refused hinders no other.
	AddLinks(ctx context.Context, a Actor, list []NewLink) ([]AddedLink, error)
	Links(ctx context.Context, a Actor, archived bool) ([]Link, error) // archived: those too
	Link(ctx context.Context, a Actor, code string) (LinkDetail, error)
	// Competing are the links that compete with the one, by the rule of the function of that
	// name, in the order of their creation.
	Competing(ctx context.Context, a Actor, code string) ([]Competitor, error)
	SetLink(ctx context.Context, a Actor, code string, ch LinkChange) (Link, error)
	ArchiveLink(ctx context.Context, a Actor, code string) (Link, error)
	RestoreLink(ctx context.Context, a Actor, code string) (Link, error)
	// AddAlias gives the link a further code (R24), which is never given to another link,
	// also not once RemoveAlias has taken it away.
	AddAlias(ctx context.Context, a Actor, code, alias string) (Link, error)
	RemoveAlias(ctx context.Context, a Actor, code, alias string) (Link, error)
	// ResendMail queues the welcome mail again; it refuses an archived link.
	ResendMail(ctx context.Context, a Actor, code string) (Link, error)
}

// Reports is the numbers and lists that people read. A store may give one and the same to
// all who ask, so what they return is only read, never changed; so are events and links'
// pages.
type Reports interface {
	Stats(ctx context.Context, a Actor, f Filter) (Stats, error)
	// SumLinks is the numbers of the links with these codes together, each customer and order
	// once. The filter's own link is left out of account, and so is a code that is no link's.
	SumLinks(ctx context.Context, a Actor, f Filter, codes []string) (Numbers, error)
	Orders(ctx context.Context, a Actor, f OrderFilter) (Listing[OrderSummary], error)
	// OrdersSince are the orders of the list that came after the cursor, in the order in which
	// they came, each once. Next is where to go on, also where nothing came; an empty cursor is
	// now. Of the filter, Sort, Up and Before do not count.
	OrdersSince(ctx context.Context, a Actor, f OrderFilter, cursor string) (Listing[OrderSummary], error)
	// ExplainOrder wants the checkout's name only where two have such an order.
	ExplainOrder(ctx context.Context, a Actor, id, checkout string) (OrderExplained, error)
	// OrderCheckouts are the names of the checkouts that have an order with the id of which
	// the actor's client sold a ticket; NotFound for none.
	OrderCheckouts(ctx context.Context, a Actor, id string) ([]string, error)
	Audit(ctx context.Context, a Actor, p Paging) (Listing[AuditEntry], error) // newest first

	// Series is one link over time, or for an empty code all the client's links.
	Series(ctx context.Context, a Actor, code string, span Span) (Series, error)
	// Trends are the live tickets of each link (by code) on each of the last days,
	// today last; links without any are left out.
	Trends(ctx context.Context, a Actor, days int) (map[string][]int64, error)
	EventStats(ctx context.Context, a Actor) ([]EventStats, error)
	// Overview is what the filter's days brought over all links, beside the days before.
	Overview(ctx context.Context, a Actor, f Filter) (Overview, error)

	// Export calls row with the header, then with each row of what (links, orders or
	// tickets), as long as row returns nil. It reads one snapshot in constant memory.
	// The cells are CSV as the commands print it: the names of the JSON, times in UTC.
	Export(ctx context.Context, a Actor, what string, row func(cells []string) error) error
}

// WatchPeople in place of a client is what people did: whatever is in the audit, so each
// change of people, roles and keys. No client has such a slug.
const WatchPeople = ":people"

// WatchSettings in place of a client is the theme and the keys of all people: open
// consoles read their own again. No client has such a slug.
const WatchSettings = ":settings"

// Keeper is for the daemon and its operator.
type Keeper interface {
	// Watch signals that something of the client changed (for an empty client:
	// anything on the platform, people and keys too; for WatchPeople: what people did,
	// without what checkouts and customers do; for WatchSettings: themes and keys). The channel holds one signal, never
	// data, and is closed once ctx ends.
	Watch(ctx context.Context, client string) <-chan struct{}
	Ready(ctx context.Context) error // able to read and to commit
	Check(ctx context.Context) ([]Difference, error)
	Backup(ctx context.Context, dest string) error
	Close() error // flushes what is queued
}

// Public is what the holder of a stats token sees.
type Public interface {
	// SubPromoter is the page of the link with the token; any other token is NotFound,
	// in a time that tells nothing.
	SubPromoter(ctx context.Context, token string) (SubPromoter, error)
	// ReportNotice is what is mailed to the holder of the token of a report, and EndReport
	// ends that; any other token is NotFound.
	ReportNotice(ctx context.Context, token string) (ReportNotice, error)
	EndReport(ctx context.Context, token string) error
}
