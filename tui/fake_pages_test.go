package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

func (s *fakeStore) note(format string, args ...any) error {
	s.calls = append(s.calls, fmt.Sprintf(format, args...))
	return s.fail
}

// changes writes those of the fields that are changed; the fields follow their names.
func changes(fields ...any) (text string) {
	for i := 0; i < len(fields); i += 2 {
		if v := fields[i+1].(*string); v != nil {
			text += fmt.Sprintf(" %s=%s", fields[i], *v)
		}
	}
	return text
}

func shops(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return " shops=" + strings.Join(ids, " ")
}

func (s *fakeStore) LinkByCode(code string) (model.Target, bool) {
	for i := range s.stats.Links {
		if s.stats.Links[i].Link.Code == code {
			return model.Target{}, true
		}
	}
	return model.Target{}, false
}

func (s *fakeStore) EventPage(slug string) (model.Page, bool) {
	for _, e := range s.events {
		if e.Slug == slug {
			return model.Page{}, true
		}
	}
	return model.Page{}, false
}

func (s *fakeStore) ClientPage(slug string) (model.Page, bool) {
	for _, c := range s.clients {
		if c.Slug == slug {
			return model.Page{}, true
		}
	}
	return model.Page{}, false
}

func (s *fakeStore) SetLink(_ context.Context, _ model.Actor, code string, ch model.LinkChange) (model.Link, error) {
	text := changes("name", ch.Name, "email", ch.Email, "source", ch.Source, "digest", ch.Digest)
	if ch.NewStatsToken {
		text += " new stats page"
		s.detail.StatsURL = "https://t.example/stats/renewed"
	}
	if code == s.detail.Code && s.fail == nil {
		s.detail.Link, _ = ch.Apply(s.detail.Link)
		if ch.Digest != nil {
			s.detail.Digest = model.ReportEvery(*ch.Digest)
		}
	}
	return s.detail.Link, s.note("link set %s%s", code, text)
}

func (s *fakeStore) EventStats(context.Context, model.Actor) ([]model.EventStats, error) {
	return s.shows, s.fail
}

func (s *fakeStore) AddEvent(_ context.Context, _ model.Actor, n model.NewEvent) (model.Event, error) {
	return model.Event{Slug: n.Slug, Name: n.Name}, s.note("event add %+v", n)
}

func (s *fakeStore) Event(_ context.Context, _ model.Actor, slug string) (model.Event, error) {
	return s.events[slices.IndexFunc(s.events, func(e model.Event) bool { return e.Slug == slug })], s.fail
}

func (s *fakeStore) SetEvent(_ context.Context, _ model.Actor, slug string, ch model.EventChange) (model.Event, error) {
	i := slices.IndexFunc(s.events, func(e model.Event) bool { return e.Slug == slug })
	s.events[i], _ = ch.Apply(s.events[i])
	return s.events[i], s.note("event set %s%s", slug, changes("name", ch.Name, "url", ch.URL, "starts", ch.StartsAt, "timezone", ch.Timezone, "carry", ch.Carry)+shops(ch.Shops))
}

func (s *fakeStore) Links(_ context.Context, _ model.Actor, archived bool) ([]model.Link, error) {
	var links []model.Link
	for i := range s.stats.Links {
		if l := s.stats.Links[i].Link; archived || !l.Archived {
			links = append(links, l)
		}
	}
	return links, s.fail
}

func (s *fakeStore) ExplainOrder(context.Context, model.Actor, string, string) (model.OrderExplained, error) {
	return s.explain, s.fail
}

func (s *fakeStore) People(context.Context, model.Actor) ([]model.Person, error) {
	return s.people, s.fail
}

func (s *fakeStore) Invites(context.Context, model.Actor) ([]model.Invite, error) {
	return s.invites, s.fail
}

func (s *fakeStore) Invite(_ context.Context, _ model.Actor, n model.NewPerson) (model.Invite, error) {
	return model.Invite{Code: "K7QF-2MXP-9RTD", Name: n.Name, Email: n.Email, Role: n.Role, ExpiresAt: noon.AddDate(0, 0, 7)}, s.note("invite %s %s %s", n.Name, n.Email, n.Role)
}

func (s *fakeStore) RevokeInvite(_ context.Context, _ model.Actor, name string) error {
	return s.note("revoke %s", name)
}

func (s *fakeStore) SetRole(_ context.Context, _ model.Actor, name string, role model.Role) (model.Person, error) {
	s.people = slices.Clone(s.people)
	for i := range s.people {
		if s.people[i].Name == name {
			s.people[i].Role = role
		}
	}
	return model.Person{Name: name, Role: role}, s.note("role of %s %s", name, role)
}

func (s *fakeStore) AddKey(_ context.Context, a model.Actor, person string, k model.Key) (model.Key, error) {
	if k.Person = person; person == "" {
		k.Person = a.Name
	}
	return k, s.note("add %s to %q", k.Fingerprint, person)
}

// readKey takes a line that ends with its comment, which is its fingerprint here.
func readKey(text string) (model.Key, error) {
	fields := strings.Fields(text)
	if len(fields) != 3 || fields[0] != "ssh-ed25519" {
		return model.Key{}, model.Invalidf("key", "key is not an SSH public key")
	}
	return model.Key{Fingerprint: "SHA256:" + fields[2], Public: fields[0] + " " + fields[1], Comment: fields[2]}, nil
}

func (s *fakeStore) RemovePerson(_ context.Context, _ model.Actor, name string) error {
	return s.note("remove %s", name)
}

func (s *fakeStore) RemoveKey(_ context.Context, _ model.Actor, fingerprint string) error {
	return s.note("remove %s", fingerprint)
}

func (s *fakeStore) Audit(_ context.Context, _ model.Actor, p model.Paging) (model.Listing[model.AuditEntry], error) {
	s.paged = append(s.paged, p)
	return model.Listing[model.AuditEntry]{Items: s.audit, Total: int64(len(s.audit))}, s.fail
}

func (s *fakeStore) AddClient(_ context.Context, _ model.Actor, n model.NewClient) (model.Client, error) {
	return model.Client{Slug: n.Slug}, s.note("client add %+v", n)
}

func (s *fakeStore) SetClient(_ context.Context, _ model.Actor, slug string, ch model.ClientChange) (model.Client, error) {
	s.changed = append(s.changed, ch)
	return model.Client{Slug: slug}, s.note("client set %s%s", slug, changes("name", ch.Name, "url", ch.URL, "timezone", ch.Timezone, "rule", ch.Rule, "window", ch.Window, "carry", ch.Carry, "tracking", ch.Tracking, "reply-to", ch.ReplyTo))
}

func (s *fakeStore) Checkouts(context.Context, model.Actor) ([]model.Checkout, error) {
	return s.doors, s.fail
}

var heardAt = noon.Add(-time.Hour)

// fakeConnector knows one guide, and walks two steps.
type fakeConnector struct{}

func (fakeConnector) Guide(k model.Checkout) []string {
	return []string{"Open WooCommerce, Settings, Advanced, Webhooks, and choose Add webhook.", "Delivery URL: " + k.URL, "To try it: checkout test " + k.Name}
}

func (fakeConnector) Try(_ context.Context, _ model.Actor, checkout string, say func(model.TryStep)) error {
	say(model.TryStep{Step: "click", State: model.TryOK, Detail: "It leads to https://tickets.example/ and left a receipt."})
	say(model.TryStep{Step: "order", State: model.TryFailed, Detail: "The door answers 401."})
	return &model.Error{Kind: model.Conflict, Msg: "the step order failed for " + checkout}
}

func (fakeConnector) TryLink(_ context.Context, _ model.Actor, code string, say func(model.TryStep)) error {
	say(model.TryStep{Step: "click", State: model.TryOK, Detail: "The shortlink leads to https://tickets.example/ and left a receipt. No click is counted."})
	switch code {
	case "broken":
		say(model.TryStep{Step: "order", State: model.TryFailed, Detail: "An order would be credited to no link."})
		return &model.Error{Kind: model.Conflict, Msg: "the step order failed for " + code}
	case "gone":
		return model.NotFoundError("link", code)
	case "night-owl":
		say(model.TryStep{Step: "order", State: model.TryOpen, Detail: "No checkout sells for this client yet. An admin adds one with checkout add."})
		return nil
	}
	say(model.TryStep{Step: "order", State: model.TryOK, Detail: "An order with what the click left would be credited to " + code + "."})
	return nil
}

func (s *fakeStore) Hooks(context.Context, model.Actor) ([]model.Hook, error) { return s.hooks, s.fail }

func (s *fakeStore) AddHook(_ context.Context, a model.Actor, url string) (model.HookSecret, error) {
	return model.HookSecret{Hook: model.Hook{URL: url}, Secret: someSecret}, s.note("hook add %s for %q", url, a.Client)
}

func (s *fakeStore) RemoveHook(_ context.Context, a model.Actor, url string) (model.Hook, error) {
	return model.Hook{URL: url}, s.note("hook remove %s of %q", url, a.Client)
}

// fakeSender sends nothing, and has a hostile answer.
type fakeSender struct{}

func (fakeSender) Check(string) error { return nil }

func (fakeSender) Ping(_ context.Context, _ model.Actor, url string) (model.HookAnswer, error) {
	status := 503
	return model.HookAnswer{URL: url, Status: &status, Millis: 41, Error: word("it answered 503 Service Unavailable"), Answer: word("come \x1b[2Jback")}, nil
}

const someSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

func (s *fakeStore) Checkout(_ context.Context, _ model.Actor, name string) (model.Checkout, error) {
	for _, k := range s.doors {
		if k.Name == name {
			return k, s.fail
		}
	}
	return model.Checkout{}, model.NotFoundError("checkout", name)
}

func (s *fakeStore) AddCheckout(_ context.Context, _ model.Actor, n model.NewCheckout) (model.CheckoutSecret, error) {
	return model.CheckoutSecret{Name: n.Name, Kind: n.Kind, Secret: someSecret, URL: "https://go.example/webhooks/" + n.Name}, s.note("checkout add %s %s", n.Name, n.Client)
}

func (s *fakeStore) DismissInbox(_ context.Context, _ model.Actor, id int64) (model.InboxItem, error) {
	return model.InboxItem{ID: id}, s.note("dismiss %d", id)
}

func (s *fakeStore) RotateCheckout(_ context.Context, _ model.Actor, name string, r model.Rotation) (model.CheckoutSecret, error) {
	if name == "shop" { // whose older secret is in use
		s.calls = append(s.calls, fmt.Sprintf("checkout rotate %s %+v", name, r))
		if !r.Force {
			return model.CheckoutSecret{}, &model.Error{Kind: model.Conflict, Msg: "the older secret of shop was last used at 11:00, so the checkout still signs with it", Hint: "--force"}
		}
		ended := model.SecretUse{CreatedAt: noon.Add(-48 * time.Hour)}
		return model.CheckoutSecret{Name: name, Secret: someSecret, Ended: []model.SecretUse{ended}}, s.fail
	}
	return model.CheckoutSecret{Name: name, Secret: someSecret}, s.note("checkout rotate %s", name)
}

func (s *fakeStore) RemoveCheckout(_ context.Context, _ model.Actor, name string) error {
	return s.note("checkout remove %s", name)
}

func (s *fakeStore) Inbox(_ context.Context, _ model.Actor, p model.Paging) (model.Listing[model.InboxItem], error) {
	s.paged = append(s.paged, p)
	return model.Listing[model.InboxItem]{Items: s.inbox, Total: int64(len(s.inbox))}, s.fail
}

func (s *fakeStore) InboxItem(_ context.Context, _ model.Actor, id int64) (model.InboxItem, error) {
	for _, i := range s.inbox {
		if i.ID == id {
			return i, s.fail
		}
	}
	return model.InboxItem{}, model.NotFoundError("inbox item", fmt.Sprint(id))
}

func (s *fakeStore) RetryInbox(_ context.Context, _ model.Actor, id int64) (model.Outcome, error) {
	return model.Outcome{Status: model.Applied, Order: "A-2001"}, s.note("retry %d", id)
}

func (s *fakeStore) Series(_ context.Context, _ model.Actor, _ string, span model.Span) (model.Series, error) {
	s.spans = append(s.spans, span)
	series := s.series
	series.Span = span
	return series, s.fail
}

func (s *fakeStore) Trends(context.Context, model.Actor, int) (map[string][]int64, error) {
	s.trended++
	return s.trends, s.fail
}

func (s *fakeStore) Overview(_ context.Context, _ model.Actor, f model.Filter) (model.Overview, error) {
	o := model.Overview{Timezone: s.stats.Timezone, Unit: model.PerDay, Points: s.series.Points, Period: model.Period{Numbers: s.stats.Total}}
	for i := range s.stats.Links {
		o.Clicks += s.stats.Links[i].Link.Clicks
	}
	if before, _, ok := f.DaysBefore(noon); ok {
		o.Before = &model.Before{From: before.From, To: before.To, Period: model.Period{Numbers: numbers(60, 30, 66, 150, 20, 800000), Clicks: 1400}}
	}
	return o, s.fail
}

func (s *fakeStore) ResendMail(_ context.Context, _ model.Actor, code string) (model.Link, error) {
	return model.Link{}, s.note("resend %s", code)
}

func boolean(b bool) *bool { return &b }

func word(s string) *string { return &s }

func ago(d time.Duration) *time.Time {
	t := noon.Add(-d)
	return &t
}

// fillPages gives the client what the other pages show.
func fillPages(s *fakeStore) {
	fest, late := s.events[0], s.events[1]
	s.shows = []model.EventStats{
		{Event: fest, Numbers: numbers(66, 42, 69, 139, 60, 706500), Unattributed: 401, Links: 3},
		{Event: late, Numbers: numbers(8, 5, 8, 26, 0, 52000), Unattributed: 36, Links: 2},
	}
	gbp := func(pence int64) model.Money { return model.Money{"GBP": pence} }
	s.orders = []model.OrderSummary{
		{ID: "A-1042", Checkout: "shop", PlacedAt: noon.Add(-time.Minute), Version: 1, CustomerNew: boolean(true), Tickets: 2, FaceValue: gbp(9000), Links: []string{"ana"}, Reasons: []model.Reason{model.ReasonLastClick}},
		{ID: "A-1041", Checkout: "shop", PlacedAt: noon.Add(-9 * time.Minute), Version: 1, CustomerNew: boolean(false), Tickets: 4, FaceValue: gbp(18000), Reasons: []model.Reason{model.ReasonNoClick}},
		{ID: "A-1040", Checkout: "shop", PlacedAt: noon.Add(-31 * time.Minute), Version: 2, Tickets: 3, FaceValue: gbp(10500), Links: []string{"bo-dj", "flyer-a5"}, Reasons: []model.Reason{model.ReasonLastClick, model.ReasonOtherEvent}},
		{ID: "TEST-7", Checkout: "shop", PlacedAt: noon.Add(-26 * time.Hour), Version: 1, Test: true, Reasons: []model.Reason{model.ReasonTest}},
	}
	won := []model.ClickExplained{
		{Link: word("bo-dj"), ClickedAt: noon.Add(time.Minute), Verdict: model.AfterOrder},
		{Link: word("ana"), ClickedAt: noon.Add(-25 * time.Minute), Verdict: model.Won},
		{Link: word("bo-dj"), ClickedAt: noon.Add(-3 * time.Hour), Verdict: model.Overridden},
		{ClickedAt: noon.Add(-50 * time.Hour), Verdict: model.OtherClient},
		{Link: word("flyer-a5"), ClickedAt: noon.AddDate(0, 0, -40), Verdict: model.Expired},
	}
	lost := []model.ClickExplained{{Link: word("bo-dj"), ClickedAt: noon.Add(-25 * time.Minute), Verdict: model.OtherEvent}}
	ticket := func(id, event, typ string, link *string, r model.Reason, cs []model.ClickExplained) model.TicketExplained {
		return model.TicketExplained{ID: id, Event: event, Type: "ga", TypeName: typ, Status: model.Valid, Link: link, Reason: r, Considered: cs, FaceValue: 4500}
	}
	first := ticket("T-1", "summerfest", "General Admission", word("ana"), model.ReasonLastClick, won)
	second := ticket("T-2", "summerfest", "VIP", word("ana"), model.ReasonLastClick, won)
	second.Status, first.Scanned = model.Refunded, true
	s.explain = model.OrderExplained{
		ID: "A-1042", Checkout: "shop", PlacedAt: noon.Add(-time.Minute), Version: 1, CustomerNew: boolean(true),
		Rule: model.LastClick, Window: "30d", Currency: "GBP",
		Tickets: []model.TicketExplained{
			first, second,
			ticket("T-3", "latenight", "General Admission", nil, model.ReasonOtherEvent, lost),
			ticket("T-4", "latenight", "Balcony", nil, model.ReasonNoClick, nil),
		},
	}
	s.people = []model.Person{
		{ID: 1, Name: "Sam", Email: word("sam@acme.example"), Role: model.Owner, Client: word("acme"), LastSeen: ago(time.Minute), CreatedAt: noon, Keys: []model.Key{
			{Fingerprint: "SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE", Comment: "sam@laptop", Person: "Sam", LastSeen: ago(time.Minute)},
			{Fingerprint: "SHA256:2rTcyo1bA9mVgOo4TZJAEqH8baHrA5X0qCBovKCZyM0", Comment: "sam@phone", Person: "Sam"},
		}},
		{ID: 2, Name: "Bo Lind", Role: model.Viewer, Client: word("acme"), LastSeen: ago(50 * time.Hour), CreatedAt: noon, Keys: []model.Key{
			{Fingerprint: "SHA256:ZyM02Q7TFtK4GMqVgOo4TZJAEqH8baHrA5X0qCBovKC", Comment: "bo", Person: "Bo Lind", LastSeen: ago(50 * time.Hour)},
		}},
	}
	s.invites = []model.Invite{{Name: "Kim Park", Email: "kim@example.com", Role: model.Member, ExpiresAt: noon.AddDate(0, 0, 6)}}
	s.audit = []model.AuditEntry{
		{
			ID: 9, At: noon.Add(-5 * time.Minute), Actor: "Sam", Client: word("acme"), Action: "link set", Object: "ana",
			Before: word(`{"code":"ana","name":"Ana","email":"ana@example.com","event":null,"archived":false}`),
			After:  word(`{"code":"ana","name":"Ana Lopez","email":"ana@example.com","event":null,"archived":false}`),
		},
		{
			ID: 8, At: noon.Add(-3 * time.Hour), Actor: "Sam", Client: word("acme"), Action: "link archive", Object: "k7m2xq",
			Before: word(`{"code":"k7m2xq","archived":false}`), After: word(`{"code":"k7m2xq","archived":true}`),
		},
		{ID: 7, At: noon.AddDate(0, 0, -3), Actor: "Root", Action: "client add", Object: "acme", After: word(`{"slug":"acme","name":"Acme Events","window":"30d"}`)},
	}
	s.hooks = []model.Hook{
		{URL: "https://crm.acme.example/sales", Client: word("acme"), State: model.HookActive, DeliveredAt: ago(2 * time.Minute), CreatedBy: "Sam", CreatedAt: noon.AddDate(0, -1, 0)},
		{URL: "https://old.acme.example/hook", Client: word("acme"), State: model.HookDisabled, LastError: word("it answered 410 \x1b[31mGone"), FailingSince: ago(73 * time.Hour), DeliveredAt: ago(74 * time.Hour), CreatedBy: "Sam", CreatedAt: noon.AddDate(0, -2, 0)},
		{URL: "https://warehouse.example/in", State: model.HookFailing, LastError: word("it answered 503 Service Unavailable"), FailingSince: ago(time.Hour), Waiting: 1204, CreatedBy: "root", CreatedAt: noon.AddDate(0, -2, 0)},
	}
	s.doors = []model.Checkout{
		{Name: "box-office", Kind: "standard", URL: "https://go.example/webhooks/box-office", Client: word("acme"), Live: 1, CreatedAt: noon.AddDate(0, -1, 0), SecretUses: []model.SecretUse{{CreatedAt: noon.AddDate(0, -1, 0)}}},
		{
			Name: "shop", Kind: "woocommerce", URL: "https://go.example/webhooks/shop", Live: 2, CreatedAt: noon.AddDate(0, -4, 0), AcceptedAt: &noon, RefusedAt: &heardAt, RefusedReason: word("401 the signature does not hold: compare the secret"),
			SecretUses: []model.SecretUse{{CreatedAt: noon}, {CreatedAt: heardAt, UsedAt: &heardAt}}, Queued: 2,
		},
	}
	s.inbox = []model.InboxItem{
		{
			ID: 12, Checkout: "shop", WebhookID: "msg_2f9", Type: "order.placed", State: "refused", Reason: "data.tickets[0].face_value must not be below 0 (and 1 more)", ReceivedAt: noon.Add(-time.Minute),
			Errors: []model.Fault{{Field: "data.tickets[0].face_value", Detail: "must not be below 0"}, {Field: "data.currency", Detail: "must be a currency of ISO 4217"}},
			Body:   `{"type":"order.placed","data":{"id":"A-2001","currency":"XXX","tickets":[{"id":"T-1","event":"summerfest","face_value":-1}]}}`,
		},
		{ID: 11, Checkout: "box-office", WebhookID: "msg_2f8", Type: "order.placed", State: "parked", Event: word("winterfest"), Reason: "the event winterfest is not known yet", ReceivedAt: noon.Add(-time.Hour), Body: `{"data":{}}`},
	}
	s.series = model.Series{Span: model.Week, Timezone: "Europe/London"}
	for i, n := range []int64{3, 9, 4, 0, 12, 30, 21} {
		s.series.Points = append(s.series.Points, model.Point{At: noon.Truncate(24*time.Hour).AddDate(0, 0, i-6), Clicks: n * 7, Orders: n, Tickets: 2 * n})
	}
	s.trends = map[string][]int64{"ana": {0, 1, 4, 2, 0, 0, 3, 5, 8, 2, 1, 6, 12, 9}, "bo-dj": {0, 0, 0, 0, 0, 1, 1, 0, 2, 0, 0, 0, 3, 1}}
	for i := range s.clients {
		s.clients[i].Rule, s.clients[i].Window, s.clients[i].Timezone = model.LastClick, model.DefaultWindow, "Europe/London"
	}
}
