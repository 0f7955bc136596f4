package dbtest

import (
	"fmt"
	"slices"

	"lastclick/model"
)

// rehearsed is what a rehearsal of the deliveries answers, each as text.
func (w *World) rehearsed(list []model.Delivery) (answers []string) {
	w.Helper()
	w.Must(w.Store.Rehearse(w.Ctx, slices.Values(list), func(o model.Outcome, err error) { answers = append(answers, answered(o, err)) }))
	return answers
}

// answered is an answer to a delivery as text.
func answered(o model.Outcome, err error) string {
	s := fmt.Sprint(o.Status, o.Reason, o.Order, o.Ticket, " ", err)
	for _, t := range o.Tickets {
		s += fmt.Sprintf(" %s %v %s", t.ID, t.Link != nil, t.Reason)
	}
	return s
}

var importTests = []test{
	{"a rehearsal answers as receiving does, and changes nothing", func(w *World) {
		order := func(id string, version int, event, ticket, status string) string {
			return fmt.Sprintf(`{"type":"order.placed","data":{"id":%q,"version":%d,"placed_at":"2025-06-02T11:40:00Z","currency":"GBP","customer":{"id":"kim"},"tracking":{"code":"ana"},
				"tickets":[{"id":%q,"event":%q,"type":"ga","face_value":4500,"status":%q}]}}`, id, version, ticket, event, status)
		}
		scan := func(ticket, at, typ string) string {
			return fmt.Sprintf(`{"type":"ticket.%s","data":{"ticket":%q,"at":"2025-06-02T%s:00:00Z"}}`, typ, ticket, at)
		}
		checkout, ok := w.Store.CheckoutByName("box")
		if !ok {
			w.Fatal("there is no checkout box")
		}
		w.Place(Order{ID: "A-0", Version: 3, Tickets: []Ticket{{ID: "T-0"}}})
		var list []model.Delivery
		for n, body := range []string{
			order("A-1", 0, "summerfest", "T-1", "valid"),
			order("A-1", 0, "summerfest", "T-1", "valid"),
			order("A-1", 0, "summerfest", "T-1", "refunded"),
			order("A-1", 2, "summerfest", "T-1", "refunded"),
			order("A-1", 1, "summerfest", "T-1", "valid"),
			order("A-2", 0, "summerfest", "T-1", "valid"),
			order("A-3", 0, "unheard-of", "T-3", "valid"),
			order("A-0", 0, "summerfest", "T-0", "valid"),
			scan("T-1", "12", "scanned"),
			scan("T-1", "12", "scanned"),
			scan("T-1", "11", "scanned"),
			scan("T-1", "13", "unscanned"),
			scan("T-9", "12", "scanned"),
		} {
			webhook, err := model.ParseWebhook([]byte(body), Minute(500))
			w.Must(err)
			list = append(list, model.Delivery{Checkout: checkout.ID, WebhookID: fmt.Sprint("import-", n), Body: []byte(body), Received: Minute(500), Webhook: webhook})
		}
		for range 300 { // longer than a batch: what comes before it counts there too
			list = append(list, list[3])
		}
		before := w.export("tickets")
		got := w.rehearsed(list)
		if w.export("tickets") != before {
			w.Error("the rehearsal changed the tickets")
		}
		inbox, err := w.Store.Inbox(w.Ctx, w.Admin, model.Paging{})
		w.Must(err)
		if len(inbox.Items) > 0 {
			w.Errorf("the rehearsal filled the inbox: %+v", inbox.Items)
		}
		if len(got) != len(list) {
			w.Fatalf("%d answers to %d deliveries", len(got), len(list))
		}
		for n, d := range list {
			if want := answered(w.Store.Receive(w.Ctx, d)); got[n] != want {
				w.Errorf("delivery %d: rehearsed %s, received %s", n, got[n], want)
			}
		}
		if again := w.rehearsed(list[:1]); again[0] != answered(w.Store.Receive(w.Ctx, list[0])) {
			w.Errorf("once it is there: %s", again[0])
		}
	}},
	{"links in the order given, a refused one alone", func(w *World) {
		added, err := w.Store.AddLinks(w.Ctx, As("acme"), []model.NewLink{
			{Name: "Cy", Email: "cy@example.com", Code: "first", NoMail: true},
			{Name: "Cy", Email: "cy@example.com", Code: "ana"},
			{Name: "", Email: "cy@example.com"},
			{Name: "Cy", Email: "cy@example.com", Event: "unheard-of"},
			{Name: "Di", Email: "di@example.com", Event: "summerfest"},
			{Name: "Ed", Email: "ed@example.com", Code: "last", Archived: true},
		})
		w.Must(err)
		w.wantKind(added[1].Err, model.Conflict)
		w.wantKind(added[2].Err, model.Invalid)
		w.wantKind(added[3].Err, model.NotFound)
		links, err := w.Store.Links(w.Ctx, As("acme"), true)
		w.Must(err)
		var shown []string
		for _, l := range links[len(links)-3:] {
			shown = append(shown, fmt.Sprint(l.Name, " ", l.Archived, " ", l.Mail))
		}
		if want := []string{"Cy false none", "Di false queued", "Ed true none"}; !slices.Equal(shown, want) {
			w.Errorf("links %q, want %q", shown, want)
		}
		for n, archived := range map[int]bool{0: false, 4: false, 5: true} {
			target, ok := w.Store.LinkByCode(added[n].Link.Code)
			if added[n].Err != nil || !ok || target.Archived != archived || target.Link != added[n].Link.ID {
				w.Errorf("link %d: %v %+v", n, added[n].Err, target)
			}
		}
		_, err = w.Store.AddLinks(w.Ctx, model.Actor{Role: model.Viewer, Client: "acme"}, nil)
		w.wantKind(err, model.Denied)
	}},
	{"an import in the audit", func(w *World) {
		w.Must(w.Store.NoteImport(w.Ctx, w.Admin, model.ImportNote{Action: "order import", Checkouts: []string{"box", "web"}, Lines: 7, SHA256: "ab"}))
		w.wantKind(w.Store.NoteImport(w.Ctx, As("acme"), model.ImportNote{Action: "order import"}), model.Denied)
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Limit: 1})
		w.Must(err)
		if e := audit.Items[0]; e.Action != "order import" || e.Object != "box web" || e.After == nil || *e.After != `{"lines":7,"sha256":"ab"}` {
			w.Errorf("%+v", e)
		}
	}},
}
