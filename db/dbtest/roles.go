package dbtest

import (
	"reflect"
	"strings"

	"lastclick/model"
)

// roleless are the methods of a store that take an actor and ask for no role, or that do too
// much to be called here; each is tried elsewhere.
var roleless = map[string]string{
	"Choose":            "an actor's own client, or an admin's choice",
	"Settings":          "the actor's own",
	"SetSetting":        "the actor's own",
	"ChangeHostKeys":    "changes the keys of the host",
	"RotateReceiptKeys": "changes the keys of receipts",
	"EraseCustomer":     "erases",
}

// roles calls every method with every role, and wants each method that takes an actor to be
// among them.
func roles(w *World) {
	tried := map[string]bool{}
	for _, c := range roleCalls(w) {
		method, _, _ := strings.Cut(c.method, " ")
		tried[method] = true
		for _, role := range []model.Role{model.Admin, model.Owner, model.Member, model.Viewer, "", "root"} {
			a := model.Actor{Name: "sam", Role: role, Client: "acme"}
			err := c.call(a)
			if denied := err != nil && model.KindOf(err) == model.Denied; denied == a.Can(c.need) {
				w.Errorf("%s as %q: %v", c.method, role, err)
			}
		}
	}
	for m := range reflect.TypeFor[model.Store]().Methods() {
		for in := range m.Type.Ins() {
			if in == reflect.TypeFor[model.Actor]() && !tried[m.Name] && roleless[m.Name] == "" {
				w.Errorf("%s takes an actor: who may call it is to be listed", m.Name)
			}
		}
	}
	nowhere := model.Actor{Role: model.Admin}
	_, err := w.Store.Stats(w.Ctx, nowhere, model.Filter{})
	w.wantKind(err, model.Invalid) // no client is chosen
	_, err = w.Store.Stats(w.Ctx, As("nobody"), model.Filter{})
	w.wantKind(err, model.NotFound)
}

type roleCall struct {
	method string
	need   model.Role
	call   func(a model.Actor) error
}

// roleCalls are the methods that ask for a role, each with the least that may call it.
func roleCalls(w *World) []roleCall {
	s := w.Store
	return []roleCall{
		{"AddClient", model.Admin, func(a model.Actor) error { _, err := s.AddClient(w.Ctx, a, model.NewClient{}); return err }},
		{"Clients", model.Admin, func(a model.Actor) error { _, err := s.Clients(w.Ctx, a); return err }},
		{"Client", model.Viewer, func(a model.Actor) error { _, err := s.Client(w.Ctx, a, "acme"); return err }},
		{"SetClient", model.Admin, func(a model.Actor) error {
			_, err := s.SetClient(w.Ctx, a, "acme", model.ClientChange{})
			return err
		}},
		{"AddCheckout", model.Admin, func(a model.Actor) error { _, err := s.AddCheckout(w.Ctx, a, model.NewCheckout{}); return err }},
		{"Checkouts", model.Admin, func(a model.Actor) error { _, err := s.Checkouts(w.Ctx, a); return err }},
		{"RotateCheckout", model.Admin, func(a model.Actor) error { _, err := s.RotateCheckout(w.Ctx, a, "none", model.Rotation{}); return err }},
		{"Checkout", model.Admin, func(a model.Actor) error { _, err := s.Checkout(w.Ctx, a, "none"); return err }},
		{"DismissInbox", model.Admin, func(a model.Actor) error { _, err := s.DismissInbox(w.Ctx, a, 99); return err }},
		{"RemoveCheckout", model.Admin, func(a model.Actor) error { return s.RemoveCheckout(w.Ctx, a, "none") }},
		{"AddEvent", model.Member, func(a model.Actor) error { _, err := s.AddEvent(w.Ctx, a, model.NewEvent{}); return err }},
		{"Events", model.Viewer, func(a model.Actor) error { _, err := s.Events(w.Ctx, a); return err }},
		{"Event", model.Viewer, func(a model.Actor) error { _, err := s.Event(w.Ctx, a, "summerfest"); return err }},
		{"SetEvent", model.Member, func(a model.Actor) error {
			_, err := s.SetEvent(w.Ctx, a, "summerfest", model.EventChange{})
			return err
		}},
		{"AddPerson", model.Owner, func(a model.Actor) error { _, err := s.AddPerson(w.Ctx, a, model.NewPerson{Name: "X"}); return err }},
		{"AddPerson admin", model.Admin, func(a model.Actor) error {
			_, err := s.AddPerson(w.Ctx, a, model.NewPerson{Name: "X", Role: model.Admin})
			return err
		}},
		{"People", model.Owner, func(a model.Actor) error { _, err := s.People(w.Ctx, a); return err }},
		{"SetRole", model.Owner, func(a model.Actor) error { _, err := s.SetRole(w.Ctx, a, "none", model.Viewer); return err }},
		{"RemovePerson", model.Owner, func(a model.Actor) error { return s.RemovePerson(w.Ctx, a, "none") }},
		{"AddKey", model.Owner, func(a model.Actor) error { _, err := s.AddKey(w.Ctx, a, "none", model.Key{}); return err }},
		{"Keys", model.Owner, func(a model.Actor) error { _, err := s.Keys(w.Ctx, a); return err }},
		{"RemoveKey", model.Owner, func(a model.Actor) error { return s.RemoveKey(w.Ctx, a, "none") }},
		{"AddLink", model.Member, func(a model.Actor) error { _, err := s.AddLink(w.Ctx, a, model.NewLink{}); return err }},
		{"Links", model.Viewer, func(a model.Actor) error { _, err := s.Links(w.Ctx, a, true); return err }},
		{"Link", model.Viewer, func(a model.Actor) error { _, err := s.Link(w.Ctx, a, "ana"); return err }},
		{"SetLink", model.Member, func(a model.Actor) error { _, err := s.SetLink(w.Ctx, a, "ana", model.LinkChange{}); return err }},
		{"ArchiveLink", model.Member, func(a model.Actor) error { _, err := s.ArchiveLink(w.Ctx, a, "ana"); return err }},
		{"RestoreLink", model.Member, func(a model.Actor) error { _, err := s.RestoreLink(w.Ctx, a, "ana"); return err }},
		{"AddAlias", model.Member, func(a model.Actor) error { _, err := s.AddAlias(w.Ctx, a, "ana", "ana10"); return err }},
		{"RemoveAlias", model.Member, func(a model.Actor) error { _, err := s.RemoveAlias(w.Ctx, a, "ana", "ana10"); return err }},
		{"Stats", model.Viewer, func(a model.Actor) error { _, err := s.Stats(w.Ctx, a, model.Filter{}); return err }},
		{"Orders", model.Viewer, func(a model.Actor) error { _, err := s.Orders(w.Ctx, a, model.OrderFilter{}); return err }},
		{"OrdersSince", model.Viewer, func(a model.Actor) error {
			_, err := s.OrdersSince(w.Ctx, a, model.OrderFilter{}, "")
			return err
		}},
		{"ExplainOrder", model.Viewer, func(a model.Actor) error { _, err := s.ExplainOrder(w.Ctx, a, "none", ""); return err }},
		{"Audit", model.Owner, func(a model.Actor) error { _, err := s.Audit(w.Ctx, a, model.Paging{}); return err }},
		{"Inbox", model.Admin, func(a model.Actor) error { _, err := s.Inbox(w.Ctx, a, model.Paging{}); return err }},
		{"InboxItem", model.Admin, func(a model.Actor) error { _, err := s.InboxItem(w.Ctx, a, 99); return err }},
		{"RetryInbox", model.Admin, func(a model.Actor) error { _, err := s.RetryInbox(w.Ctx, a, 99); return err }},
		{"AddHook", model.Owner, func(a model.Actor) error { _, err := s.AddHook(w.Ctx, a, ""); return err }},
		{"Hooks", model.Owner, func(a model.Actor) error { _, err := s.Hooks(w.Ctx, a); return err }},
		{"HookTarget", model.Owner, func(a model.Actor) error { _, err := s.HookTarget(w.Ctx, a, "none"); return err }},
		{"RemoveHook", model.Owner, func(a model.Actor) error { _, err := s.RemoveHook(w.Ctx, a, "none"); return err }},
		{"Invite", model.Owner, func(a model.Actor) error { _, err := s.Invite(w.Ctx, a, model.NewPerson{}); return err }},
		{"Invites", model.Owner, func(a model.Actor) error { _, err := s.Invites(w.Ctx, a); return err }},
		{"RevokeInvite", model.Owner, func(a model.Actor) error { return s.RevokeInvite(w.Ctx, a, "none") }},
		{"AddLinks", model.Member, func(a model.Actor) error { _, err := s.AddLinks(w.Ctx, a, nil); return err }},
		{"ResendMail", model.Member, func(a model.Actor) error { _, err := s.ResendMail(w.Ctx, a, "none"); return err }},
		{"Competing", model.Viewer, func(a model.Actor) error { _, err := s.Competing(w.Ctx, a, "ana"); return err }},
		{"SumLinks", model.Viewer, func(a model.Actor) error { _, err := s.SumLinks(w.Ctx, a, model.Filter{}, nil); return err }},
		{"Series", model.Viewer, func(a model.Actor) error { _, err := s.Series(w.Ctx, a, "", model.Week); return err }},
		{"Trends", model.Viewer, func(a model.Actor) error { _, err := s.Trends(w.Ctx, a, 7); return err }},
		{"Overview", model.Viewer, func(a model.Actor) error { _, err := s.Overview(w.Ctx, a, model.Filter{}); return err }},
		{"EventStats", model.Viewer, func(a model.Actor) error { _, err := s.EventStats(w.Ctx, a); return err }},
		{"Export", model.Viewer, func(a model.Actor) error { return s.Export(w.Ctx, a, "links", func([]string) error { return nil }) }},
		{"OrderCheckouts", model.Viewer, func(a model.Actor) error { _, err := s.OrderCheckouts(w.Ctx, a, "none"); return err }},
		{"Statement", model.Owner, func(a model.Actor) error { _, err := s.Statement(w.Ctx, a, model.StatementQuery{}); return err }},
		{"AddReport", model.Owner, func(a model.Actor) error { _, err := s.AddReport(w.Ctx, a, model.NewReport{}); return err }},
		{"Reports", model.Owner, func(a model.Actor) error { _, err := s.Reports(w.Ctx, a); return err }},
		{"RemoveReport", model.Owner, func(a model.Actor) error { _, err := s.RemoveReport(w.Ctx, a, "none@example.com", ""); return err }},
		{"SetCheckout", model.Admin, func(a model.Actor) error {
			_, err := s.SetCheckout(w.Ctx, a, "none", model.CheckoutChange{})
			return err
		}},
		{"Customer", model.Admin, func(a model.Actor) error { _, err := s.Customer(w.Ctx, a, model.Buyer{Word: "none"}); return err }},
		{"NoteImport", model.Admin, func(a model.Actor) error { return s.NoteImport(w.Ctx, a, model.ImportNote{}) }},
		{"Privacy", model.Admin, func(a model.Actor) error { _, err := s.Privacy(w.Ctx, a); return err }},
		{"ReceiptKeys", model.Admin, func(a model.Actor) error { _, err := s.ReceiptKeys(w.Ctx, a); return err }},
	}
}
