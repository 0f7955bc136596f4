package command

import (
	"context"
	"iter"

	"lastclick/model"
)

// Store is what the commands need of the model.Store behind them: model.Store says
// what each method does.
type Store interface {
	model.Platform
	model.Links
	model.Hooks
	model.ReceiptKeys
	model.Customers
	model.Preferences
	model.Statements
	model.MailReports

	AddPerson(ctx context.Context, a model.Actor, n model.NewPerson) (model.Person, error)
	People(ctx context.Context, a model.Actor) ([]model.Person, error)
	SetRole(ctx context.Context, a model.Actor, name string, role model.Role) (model.Person, error)
	RemovePerson(ctx context.Context, a model.Actor, name string) error
	AddKey(ctx context.Context, a model.Actor, person string, k model.Key) (model.Key, error)
	Keys(ctx context.Context, a model.Actor) ([]model.Key, error)
	RemoveKey(ctx context.Context, a model.Actor, fingerprint string) error
	Invite(ctx context.Context, a model.Actor, n model.NewPerson) (model.Invite, error)
	Invites(ctx context.Context, a model.Actor) ([]model.Invite, error)
	RevokeInvite(ctx context.Context, a model.Actor, name string) error

	Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error)
	Overview(ctx context.Context, a model.Actor, f model.Filter) (model.Overview, error)
	Orders(ctx context.Context, a model.Actor, f model.OrderFilter) (model.Listing[model.OrderSummary], error)
	OrdersSince(ctx context.Context, a model.Actor, f model.OrderFilter, cursor string) (model.Listing[model.OrderSummary], error)
	ExplainOrder(ctx context.Context, a model.Actor, id, checkout string) (model.OrderExplained, error)
	Audit(ctx context.Context, a model.Actor, p model.Paging) (model.Listing[model.AuditEntry], error)
	Export(ctx context.Context, a model.Actor, what string, row func(cells []string) error) error
	Inbox(ctx context.Context, a model.Actor, p model.Paging) (model.Listing[model.InboxItem], error)
	InboxItem(ctx context.Context, a model.Actor, id int64) (model.InboxItem, error)
	RetryInbox(ctx context.Context, a model.Actor, id int64) (model.Outcome, error)
	DismissInbox(ctx context.Context, a model.Actor, id int64) (model.InboxItem, error)

	Watch(ctx context.Context, client string) <-chan struct{}

	// For imports, which go the way of webhooks.
	LinkByCode(code string) (model.Target, bool)
	EventPage(slug string) (model.Page, bool)
	CheckoutByName(name string) (model.Checkout, bool)
	Receive(ctx context.Context, d model.Delivery) (model.Outcome, error)
	Rehearse(ctx context.Context, deliveries iter.Seq[model.Delivery], say func(model.Outcome, error)) error
	NoteImport(ctx context.Context, a model.Actor, n model.ImportNote) error
}

// Connector is what only the daemon knows of its checkouts, and how it tries them and links.
type Connector interface {
	// Guide says, step by step, what to enter where in the checkout.
	Guide(k model.Checkout) []string
	// Try walks the way of a sale and says each step. Its error says that one failed.
	Try(ctx context.Context, a model.Actor, checkout string, say func(model.TryStep)) error
	// TryLink is such a walk from a link. It counts nothing and writes nothing.
	TryLink(ctx context.Context, a model.Actor, code string, say func(model.TryStep)) error
}
