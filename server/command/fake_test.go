package command

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
)

var noon = time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)

// fakeStore is a store with fixed things on it, for what a page looks like: also things
// that the real store would never let in. What it does not have panics.
type fakeStore struct {
	model.Store
	name string // of the link's owner
	bare bool   // nothing on it
	cut  bool   // its lists go on
	err  error  // of everything that is asked
}

func (s fakeStore) Choose(_ context.Context, a model.Actor, client string) (model.Actor, error) {
	if client != "" && client != "acme" {
		return a, model.NotFoundError("client", client)
	}
	a.Client = "acme"
	return a, s.err
}

func (s fakeStore) client() model.Client {
	return model.Client{Slug: "acme", Name: "Acme Live", URL: "https://tickets.example/acme", Timezone: "Europe/London", Rule: model.LastClick, Window: model.DefaultWindow, Tracking: model.TrackCookie, CreatedAt: noon}
}

func (s fakeStore) Client(context.Context, model.Actor, string) (model.Client, error) {
	return s.client(), s.err
}

func (s fakeStore) Clients(context.Context, model.Actor) ([]model.Client, error) {
	if s.bare {
		return nil, s.err
	}
	return []model.Client{s.client()}, s.err
}

func (s fakeStore) Checkouts(context.Context, model.Actor) ([]model.Checkout, error) {
	if s.bare {
		return nil, s.err
	}
	acme := "acme"
	return []model.Checkout{s.checkout(), {Name: "boxoffice", Kind: "standard", Client: &acme, Live: 1, CreatedAt: noon}}, s.err
}

func (s fakeStore) checkout() model.Checkout {
	api, why := "https://tickets.example", "401 the signature does not hold: "+s.name
	accepted := noon.Add(-time.Hour)
	return model.Checkout{
		Name: "shop", Kind: "woocommerce", URL: "https://go.example/webhooks/shop", API: &api, Live: 2, CreatedAt: noon,
		SecretUses: []model.SecretUse{{CreatedAt: noon}, {CreatedAt: noon.AddDate(0, -1, 0), UsedAt: &accepted}},
		AcceptedAt: &accepted, RefusedAt: &noon, RefusedReason: &why, Queued: 3, HeldUntil: &noon, HeldReason: &s.name,
	}
}

func (s fakeStore) Checkout(context.Context, model.Actor, string) (model.Checkout, error) {
	return s.checkout(), s.err
}

// fakeConnector knows one guide, and walks two steps.
type fakeConnector struct{}

func (fakeConnector) Guide(k model.Checkout) []string {
	return []string{"Open Settings, Advanced, Webhooks, and choose Add webhook.", "Delivery URL: https://go.example/webhooks/" + k.Name}
}

func (fakeConnector) Try(_ context.Context, _ model.Actor, checkout string, say func(model.TryStep)) error {
	if checkout == "nothere" {
		return model.NotFoundError("checkout", checkout)
	}
	say(model.TryStep{Step: "click", State: model.TryOK, Detail: "It leads to https://tickets.example/ and left a receipt."})
	if checkout == "broken" {
		say(model.TryStep{Step: "order", State: model.TryFailed, Detail: "The door answers 401."})
		return &model.Error{Kind: model.Conflict, Msg: "the way is not whole: the step order failed"}
	}
	return nil
}

func (fakeConnector) TryLink(_ context.Context, _ model.Actor, code string, say func(model.TryStep)) error {
	say(model.TryStep{Step: "click", State: model.TryOK, Detail: "The shortlink leads to https://tickets.example/summerfest. It left a receipt in the cookie. It was followed within the daemon, so no click is counted."})
	if code == "broken" {
		say(model.TryStep{Step: "order", State: model.TryFailed, Detail: "It would be credited to no link."})
		return &model.Error{Kind: model.Conflict, Msg: "the way is not whole: the step order failed"}
	}
	return nil
}

func (s fakeStore) hook() model.Hook {
	acme, reason := "acme", "it answered 502 "+s.name
	return model.Hook{
		URL: "https://receiver.example/sales?token=" + s.name, Client: &acme, State: model.HookFailing, LastError: &reason, FailingSince: &noon, Waiting: 1204,
		CreatedBy: s.name, CreatedAt: noon,
	}
}

func (s fakeStore) AddHook(context.Context, model.Actor, string) (model.HookSecret, error) {
	return model.HookSecret{Hook: s.hook(), Secret: "whsec_bGFzdGNsaWNr"}, s.err
}

func (s fakeStore) RemoveHook(context.Context, model.Actor, string) (model.Hook, error) {
	return s.hook(), s.err
}

func (s fakeStore) Hooks(context.Context, model.Actor) ([]model.Hook, error) {
	if s.bare {
		return nil, s.err
	}
	return []model.Hook{s.hook(), {URL: "https://example.com/all", State: model.HookActive, DeliveredAt: &noon, CreatedBy: "Ada", CreatedAt: noon}}, s.err
}

// fakeHostKeys are a key and the next one.
type fakeHostKeys struct{ err error }

func (fakeHostKeys) HostKeys() []model.HostKey {
	soon := noon.AddDate(0, 1, 0)
	return []model.HostKey{
		{Fingerprint: "SHA256:mFgLZt7q1hVdKz0cGvJ2yXo9eRrWnB3sTf5aUiPlQ4w", Public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS", State: model.HostKeySigns},
		{Fingerprint: "SHA256:Qw8nZ4rT0yLxV5mKc2hJ7gF3dS9aPiUoE1bNtRvWzXk", Public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPnAStRpNe4THarNRJALAsbVo5DvVFeRHwH1zyTUSKPG", State: model.HostKeyNext, SignsFrom: &soon},
	}
}

// RotateCheckout ends a secret that was never used, as the second of two rotations does.
func (s fakeStore) RotateCheckout(_ context.Context, _ model.Actor, name string, _ model.Rotation) (model.CheckoutSecret, error) {
	return model.CheckoutSecret{
		Name: name, Kind: "standard", URL: "https://go.example/webhooks/" + name, Secret: "whsec_bmV3",
		Secrets: []model.SecretUse{{CreatedAt: noon}, {CreatedAt: noon.Add(-time.Minute)}},
		Ended:   []model.SecretUse{{CreatedAt: noon.Add(-2 * time.Minute)}},
	}, s.err
}

func (k fakeHostKeys) RotateHostKey(context.Context, model.Actor, time.Duration) error { return k.err }

func (s fakeStore) ReceiptKeys(context.Context, model.Actor) ([]model.ReceiptKey, error) {
	next := noon.Add(10 * time.Minute)
	return []model.ReceiptKey{
		{ID: 2, State: model.ReceiptKeyNext, SignsFrom: next},
		{ID: 1, State: model.ReceiptKeySigns, SignsFrom: noon.AddDate(0, -1, 0), SignsUntil: &next},
	}, s.err
}

func (s fakeStore) RotateReceiptKeys(ctx context.Context, a model.Actor, _ model.ReceiptRotation) ([]model.ReceiptKey, error) {
	return s.ReceiptKeys(ctx, a)
}

// fakeHooks is a sender whose pings are answered.
type fakeHooks struct {
	name string
	ok   bool
}

func (h fakeHooks) Check(url string) error {
	if url == "http://10.0.0.1/" {
		return model.Invalidf("url", "10.0.0.1 is not on the public Internet")
	}
	return nil
}

func (h fakeHooks) Ping(context.Context, model.Actor, string) (model.HookAnswer, error) {
	status, body := 200, "thanks "+h.name
	a := model.HookAnswer{URL: "https://receiver.example/", OK: h.ok, Status: &status, Millis: 42, Answer: &body}
	if !h.ok {
		reason := "it answered 500 " + h.name
		status, a.Error = 500, &reason
	}
	return a, nil
}

func (s fakeStore) Events(context.Context, model.Actor) ([]model.Event, error) {
	if s.bare {
		return nil, s.err
	}
	start := time.Date(2026, 6, 20, 18, 30, 0, 0, time.UTC)
	return []model.Event{{Slug: "summerfest", Client: "acme", Name: "Summer Fest", URL: "https://tickets.example/summerfest", StartsAt: &start, Timezone: "Europe/London", CreatedAt: noon}}, s.err
}

func (s fakeStore) Event(ctx context.Context, a model.Actor, _ string) (model.Event, error) {
	events, err := s.Events(ctx, a)
	if err != nil {
		return model.Event{}, err
	}
	e := events[0]
	e.TicketTypes = []model.TicketType{{ID: "ga", Name: "General Admission"}, {ID: "vip", Name: s.name}}
	return e, nil
}

func (s fakeStore) Overview(context.Context, model.Actor, model.Filter) (model.Overview, error) {
	return model.Overview{Period: model.Period{Numbers: numbers(75, 31, 78, 89, 59, 436500), Clicks: 12345}}, s.err
}

func (s fakeStore) People(context.Context, model.Actor) ([]model.Person, error) {
	if s.bare {
		return nil, s.err
	}
	acme, mail := "acme", "bo@example.com"
	return []model.Person{{Name: s.name, Email: &mail, Role: model.Owner, Client: &acme, LastSeen: &noon, CreatedAt: noon, Keys: s.keys()}, {Name: "Rita", Role: model.Viewer, Client: &acme, CreatedAt: noon}}, s.err
}

func (s fakeStore) invite() model.Invite {
	acme := "acme"
	return model.Invite{Code: "bcdf-ghjk-mnpq-rstv", Name: s.name, Email: "bo@example.com", Role: model.Member, Client: &acme, ExpiresAt: noon.AddDate(0, 0, 7), CreatedAt: noon}
}

func (s fakeStore) Invite(context.Context, model.Actor, model.NewPerson) (model.Invite, error) {
	return s.invite(), s.err
}

func (s fakeStore) Invites(context.Context, model.Actor) ([]model.Invite, error) {
	if s.bare {
		return nil, s.err
	}
	i := s.invite()
	i.Code = ""
	return []model.Invite{i}, s.err
}

func (s fakeStore) keys() []model.Key {
	return []model.Key{{Fingerprint: "SHA256:AMkpPY41mVjyE2Ty7BSk1S2hX9u2kT1YgVDLWSNG0cE", Public: "ssh-ed25519 AAAA", Comment: s.name, Person: s.name, CreatedAt: noon}}
}

func (s fakeStore) Keys(context.Context, model.Actor) ([]model.Key, error) {
	if s.bare {
		return nil, s.err
	}
	return s.keys(), s.err
}

func (s fakeStore) link() model.Link {
	event := "summerfest"
	return model.Link{
		Code: "ana", Name: s.name, Email: "ana@example.com", Level: model.EventLevel, Event: &event, Source: "subpromoter", Mail: model.MailQueued,
		Clicks: 12345, Visitors: 9876, Bots: 42, QRScans: 7, CreatedAt: noon, Client: "acme", PageURL: "https://tickets.example/summerfest", StatsToken: "k7Jq",
	}.WithURLs("https://go.example")
}

func (s fakeStore) RevokeInvite(context.Context, model.Actor, string) error { return s.err }

func (s fakeStore) ResendMail(context.Context, model.Actor, string) (model.Link, error) {
	return s.link(), s.err
}

func (s fakeStore) Export(_ context.Context, _ model.Actor, _ string, row func([]string) error) error {
	if s.err != nil {
		return s.err
	}
	for _, cells := range [][]string{{"id", "name", "face_value"}, {"A-1001", s.name, "-45.00"}} {
		if err := row(cells); err != nil {
			return err
		}
	}
	return nil
}

func (s fakeStore) house() model.Link {
	return model.Link{Code: "house", Name: "House list", Email: "house@example.com", Level: model.ClientLevel, Source: "email", Mail: model.MailNone, Archived: true, Clicks: 3, CreatedAt: noon, Client: "acme", StatsToken: "b3"}.WithURLs("https://go.example")
}

func (s fakeStore) AddLink(context.Context, model.Actor, model.NewLink) (model.Link, error) {
	return s.link(), s.err
}

func (s fakeStore) Links(context.Context, model.Actor, bool) ([]model.Link, error) {
	if s.bare {
		return nil, s.err
	}
	return []model.Link{s.link(), s.house()}, s.err
}

func numbers(customers, fresh, orders, tickets, scanned, pence int64) model.Numbers {
	return model.Numbers{Customers: customers, NewCustomers: fresh, Orders: orders, Tickets: tickets, Scanned: scanned, Unscanned: tickets - scanned, FaceValue: model.Money{"GBP": pence}}
}

func (s fakeStore) types() []model.TypeStats {
	return []model.TypeStats{
		{Event: "summerfest", Type: "ga", Name: "General Admission", Numbers: numbers(70, 30, 72, 80, 50, 360000)},
		{Event: "summerfest", Type: "vip", Name: s.name, Numbers: numbers(7, 2, 7, 9, 9, 76500)},
	}
}

func (s fakeStore) Link(context.Context, model.Actor, string) (model.LinkDetail, error) {
	return model.LinkDetail{
		Link: s.link(), Numbers: numbers(75, 31, 78, 89, 59, 436500), TicketTypes: s.types(), Assists: 4,
		Refunded:    model.Refund{Tickets: 3, FaceValue: model.Money{"GBP": 13500}},
		TakenOverBy: []model.Overlap{{Link: "house", Name: "House list", Orders: 2}},
	}, s.err
}

func (s fakeStore) Stats(context.Context, model.Actor, model.Filter) (model.Stats, error) {
	st := model.Stats{Client: "acme", Timezone: "Europe/London"}
	if s.bare {
		return st, s.err
	}
	st.Links = []model.LinkStats{{Link: s.link(), Numbers: numbers(75, 31, 78, 89, 59, 436500), TicketTypes: s.types()}, {Link: s.house()}}
	st.Total = numbers(75, 31, 78, 89, 59, 436500)
	st.Unattributed = []model.ReasonStats{{Reason: model.ReasonNoClick, Numbers: numbers(1200, 900, 1204, 2400, 1000, 10800000)}}
	return st, s.err
}

func (s fakeStore) Competing(context.Context, model.Actor, string) ([]model.Competitor, error) {
	return nil, s.err
}

// listing is a whole list, or the beginning of a long one where the store is cut.
func listing[T any](s fakeStore, items []T, next string) (model.Listing[T], error) {
	switch {
	case s.bare:
		return model.Listing[T]{}, s.err
	case s.cut:
		return model.Listing[T]{Items: items, Next: next, Total: 1394}, s.err
	}
	return model.Listing[T]{Items: items, Total: int64(len(items))}, s.err
}

func (s fakeStore) Orders(context.Context, model.Actor, model.OrderFilter) (model.Listing[model.OrderSummary], error) {
	fresh := true
	return listing(s, []model.OrderSummary{
		{ID: "A-1001", Checkout: "shop", PlacedAt: noon, Version: 1, CustomerNew: &fresh, Tickets: 2, FaceValue: model.Money{"GBP": 9000, "EUR": 100}, Links: []string{"ana"}, Reasons: []model.Reason{model.ReasonLastClick, model.ReasonOtherEvent}},
		{ID: s.name, Checkout: "shop", PlacedAt: noon, Version: 3, Reasons: []model.Reason{model.ReasonNoClick}},
	}, model.OrderPlace{PlacedAt: noon, Checkout: "shop", Order: s.name}.Cursor())
}

func (s fakeStore) ExplainOrder(context.Context, model.Actor, string, string) (model.OrderExplained, error) {
	ana, fresh := "ana", true
	return model.OrderExplained{
		ID: "A-1001", Checkout: "shop", PlacedAt: noon, Version: 1, CustomerNew: &fresh, Rule: model.LastClick, Window: "30d", Currency: "GBP",
		Tickets: []model.TicketExplained{
			{ID: "T-1", Event: "summerfest", Type: "ga", TypeName: "General Admission", FaceValue: 4500, Status: model.Valid, Scanned: true, Link: &ana, Reason: model.ReasonLastClick, Considered: []model.ClickExplained{
				{Link: &ana, ClickedAt: noon.Add(-time.Minute), Verdict: model.Won},
				{ClickedAt: noon.Add(-2 * time.Minute), Verdict: model.OtherClient},
			}},
			{ID: "T-2", Event: "winterfest", Type: "vip", TypeName: s.name, FaceValue: 0, Status: model.Refunded, Reason: model.ReasonOtherEvent},
		},
	}, s.err
}

func (s fakeStore) Inbox(context.Context, model.Actor, model.Paging) (model.Listing[model.InboxItem], error) {
	return listing(s, []model.InboxItem{s.item()}, model.IDCursor(model.InboxList, 7))
}

func (s fakeStore) Customer(_ context.Context, _ model.Actor, _ model.Buyer) (model.CustomerStored, error) {
	shop := "shop"
	return model.CustomerStored{
		Customers: []model.StoredCustomer{
			{KnownBy: "email", Orders: []model.StoredOrder{{ID: s.name, Checkout: "shop", Version: 1204, PlacedAt: noon, Tickets: 3}, {ID: "A-2", Checkout: "boxoffice", Version: 1, PlacedAt: noon, Test: true, Tickets: 1}}, OrdersTotal: 1204, Clicks: 3, ClickTokens: 1},
			{KnownBy: "id", Checkout: &shop, Orders: []model.StoredOrder{}},
		},
		Inbox:      []model.StoredBody{{ID: 7, Checkout: "shop", State: "parked", ReceivedAt: noon}},
		Deliveries: []model.StoredBody{{ID: 1204, Checkout: "shop", State: "done", ReceivedAt: noon}},
		AlsoKnown:  []model.AlsoKnown{{Customer: s.name, Checkout: "shop"}, {Customer: "cus_78", Checkout: "shop"}},
	}, s.err
}

func (s fakeStore) EraseCustomer(context.Context, model.Actor, model.Buyer) (model.CustomerErased, error) {
	return model.CustomerErased{Customers: 1, Orders: 1204, Inbox: 1, UnderWay: 2, AlsoKnown: []model.AlsoKnown{{Customer: s.name, Checkout: "shop"}}}, s.err
}

func (s fakeStore) Privacy(context.Context, model.Actor) (model.Privacy, error) {
	p := model.Privacy{
		Stored:    []model.StoredData{{What: "who the customer is: a keyed hash", Why: "to count people once", Kept: "until customer erase", Columns: []string{"customers.id", "customers.hash", "orders.id"}}},
		KeepInbox: ptr(model.DefaultWindow), Window: model.DefaultWindow,
		Clients: []model.ClientPrivacy{{Client: "acme", Name: s.name, Tracking: "cookie", Carries: true, Window: model.DefaultWindow}},
	}
	p.Text = model.PrivacyText(p)
	return p, s.err
}

func ptr[T any](v T) *T { return &v }

func (s fakeStore) InboxItem(context.Context, model.Actor, int64) (model.InboxItem, error) {
	return s.item(), s.err
}

func (s fakeStore) item() model.InboxItem {
	return model.InboxItem{
		ID: 7, Checkout: "shop", WebhookID: s.name, Type: "order.placed", State: "refused", Reason: "the content is invalid",
		Errors: []model.Fault{{Field: "data.tickets[0].face_value", Detail: "must not be negative"}}, ReceivedAt: noon,
		Body: `{"type":"order.placed","data":{"id":"` + s.name + `"}}`,
	}
}

func (s fakeStore) Audit(context.Context, model.Actor, model.Paging) (model.Listing[model.AuditEntry], error) {
	acme, before, after := "acme", `{"slug":"acme","window":"30d"}`, `{"slug":"acme","window":"45s"}`
	return listing(s, []model.AuditEntry{{ID: 2, At: noon, Actor: s.name, Client: &acme, Action: "client set", Object: "acme", Before: &before, After: &after}, {ID: 1, At: noon, Actor: "Ada", Action: "checkout add", Object: "shop"}}, model.IDCursor(model.AuditList, 1))
}

// result is what a command said.
type result struct {
	code     int
	out, err string
}

// caller is a person who runs commands, for a test.
type caller struct {
	store    model.Store
	role     model.Role
	width    int
	in       string
	renderer *lipgloss.Renderer
	fault    func(error) string
	hooks    HookSender
	hostKeys HostKeys // nil: fakeHostKeys
	cert     *model.Certificate
}

func (c caller) run(t testing.TB, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	a := model.Actor{Person: 1, Name: "Ada", Role: c.role, Client: "acme", Key: "SHA256:ada", Certificate: c.cert}
	if c.role == model.Admin {
		a.Client = ""
	}
	if c.hostKeys == nil {
		c.hostKeys = fakeHostKeys{}
	}
	code := Run(t.Context(), Env{
		Store: c.store, Actor: a, In: strings.NewReader(c.in), Out: &out, Err: &errs, Width: c.width, Renderer: c.renderer,
		Connector: fakeConnector{}, Address: "tickets.example:2222", Now: func() time.Time { return noon }, Hooks: c.hooks, HostKeys: c.hostKeys, Fault: c.fault,
	}, args)
	return result{code, out.String(), errs.String()}
}

// words splits a command as the SSH server does.
func words(line string) []string { return strings.Fields(line) }
