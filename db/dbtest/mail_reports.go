package dbtest

import (
	"fmt"
	"strings"

	"lastclick/model"
)

// queued queues the reports that are due.
func (w *World) queued(want int) {
	w.Helper()
	n, err := w.Store.QueueReports(w.Ctx)
	w.Must(err)
	if n != want {
		w.Fatalf("%d reports were queued, want %d", n, want)
	}
}

// setDigest sets what the owner of a link is mailed.
func (w *World) setDigest(code, digest string) {
	w.Helper()
	_, err := w.Store.SetLink(w.Ctx, As("acme"), code, model.LinkChange{Digest: &digest})
	w.Must(err)
}

func (w *World) digestOf(code string) model.ReportEvery {
	w.Helper()
	d, err := w.Store.Link(w.Ctx, As("acme"), code)
	w.Must(err)
	return d.Digest
}

var mailReportTests = []test{
	{"reports are added, listed, replaced and removed", func(w *World) {
		w.AddClient("zenith")
		add := func(a model.Actor, n model.NewReport) error {
			_, err := w.Store.AddReport(w.Ctx, a, n)
			return err
		}
		w.Must(add(As("acme"), model.NewReport{Email: "venue@example.com", Every: model.EveryDay, Event: "summerfest"}))
		w.Must(add(As("acme"), model.NewReport{Email: "boss@example.com", Every: model.EveryDay}))
		w.Must(add(As("acme"), model.NewReport{Email: "boss@example.com", Every: model.EveryWeek}))
		list, err := w.Store.Reports(w.Ctx, As("acme"))
		w.Must(err)
		if len(list) != 2 || list[0].Email != "boss@example.com" || list[0].Every != model.EveryWeek || list[0].Event != nil || *list[1].Event != "summerfest" || list[0].NextAt.IsZero() {
			w.Errorf("reports %s", asJSON(list))
		}
		w.queued(0) // not due yet
		others, err := w.Store.Reports(w.Ctx, As("zenith"))
		w.Must(err)
		if len(others) != 0 {
			w.Errorf("zenith sees %s", asJSON(others))
		}
		w.wantKind(add(As("zenith"), model.NewReport{Email: "x@example.com", Every: model.EveryDay, Event: "summerfest"}), model.NotFound)
		w.wantKind(add(As("acme"), model.NewReport{Email: "x", Every: model.EveryDay}), model.Invalid)
		w.wantKind(add(As("acme"), model.NewReport{Email: "x@example.com", Every: "hourly"}), model.Invalid)
		w.wantKind(add(model.Actor{Name: "mia", Role: model.Member, Client: "acme"}, model.NewReport{Email: "x@example.com", Every: model.EveryDay}), model.Denied)
		_, err = w.Store.RemoveReport(w.Ctx, As("zenith"), "boss@example.com", "")
		w.wantKind(err, model.NotFound)
		_, err = w.Store.RemoveReport(w.Ctx, As("acme"), "boss@example.com", "summerfest")
		w.wantKind(err, model.NotFound)
		removed, err := w.Store.RemoveReport(w.Ctx, As("acme"), "boss@example.com", "")
		w.Must(err)
		if len(removed) != 1 {
			w.Errorf("removed %s", asJSON(removed))
		}
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 2})
		w.Must(err)
		if audit.Items[0].Action != "report remove" || audit.Items[1].Action != "report add" || audit.Items[0].Object != "boss@example.com" {
			w.Errorf("audit %s", asJSON(audit.Items))
		}
	}},
	{"a client has a bounded number of reports", func(w *World) {
		for i := range model.MaxReports {
			_, err := w.Store.AddReport(w.Ctx, As("acme"), model.NewReport{Email: fmt.Sprintf("p%d@example.com", i), Every: model.EveryDay})
			w.Must(err)
		}
		_, err := w.Store.AddReport(w.Ctx, As("acme"), model.NewReport{Email: "more@example.com", Every: model.EveryDay})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddReport(w.Ctx, As("acme"), model.NewReport{Email: "p0@example.com", Every: model.EveryWeek}) // replaces one
		w.Must(err)
	}},
	{"the first sale is told once", func(w *World) {
		w.mailed()
		w.setDigest("ana", "first-sale")
		w.setDigest("bea", "first-sale")
		w.queued(0)
		if got := w.digestOf("ana"); got != model.FirstSale {
			w.Errorf("ana's digest is %s", got)
		}
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 2})
		w.Must(err)
		for i, code := range []string{"bea", "ana"} { // an entry each, which says what changed
			if e := audit.Items[i]; e.Action != "link digest" || e.Object != code || *e.Before != `{"digest":"none"}` || *e.After != `{"digest":"first-sale"}` {
				w.Errorf("audit %s", asJSON(e))
			}
		}
		w.Place(Order{Code: "ana", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
		w.queued(1)
		w.queued(0)
		mails := w.due()
		if len(mails) != 1 {
			w.Fatalf("due %s", asJSON(mails))
		}
		m := mails[0]
		if m.Kind != model.NumbersMail || m.To != "ana@example.com" || m.Name != "Name of ana" || m.Report.Link.Code != "ana" || m.Report.Every != model.FirstSale || m.Client.Slug != "acme" ||
			m.Report.Stats.Links[0].Tickets != 2 || m.Report.Before != nil || m.Report.Unsubscribe == "" {
			w.Errorf("the mail is %s", asJSON(m))
		}
		if got := w.mailOf("ana"); got != "sent" {
			w.Errorf("the welcome mail is %q", got)
		}
		w.Must(w.Store.MailSent(w.Ctx, m.ID))
		if got := w.digestOf("ana"); got != model.NoDigest {
			w.Errorf("what was told once is told again: %s", got)
		}
		w.Place(Order{ID: "A-2", Version: 1, Code: "ana", Tickets: []Ticket{{ID: "T-3"}}})
		w.queued(0)
	}},
	{"of a link that has sold no first sale is told", func(w *World) {
		w.mailed()
		w.Place(Order{Code: "ana", Tickets: []Ticket{{ID: "T-1"}}})
		w.setDigest("ana", "weekly")
		digest := "first-sale"
		_, err := w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{Digest: &digest})
		w.wantKind(err, model.Conflict)
		if got := w.digestOf("ana"); got != model.EveryWeek {
			w.Errorf("ana's digest is %s", got)
		}
		w.queued(0)
	}},
	{"an archived link's owner is mailed nothing", func(w *World) {
		w.mailed()
		w.setDigest("ana", "first-sale")
		w.Place(Order{Code: "ana", Tickets: []Ticket{{ID: "T-1"}}})
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		w.queued(0)
		_, err = w.Store.RestoreLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		w.queued(1)
		_, err = w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if mails := w.due(); len(mails) != 0 {
			w.Errorf("due %s", asJSON(mails))
		}
	}},
	{"the token of a report ends it, and nothing else", func(w *World) {
		w.mailed()
		for _, code := range []string{"ana", "bea"} {
			w.setDigest(code, "first-sale")
			w.Place(Order{ID: "A-" + code, Code: code, Tickets: []Ticket{{ID: "T-" + code}}})
		}
		w.queued(2)
		mails := w.due()
		w.setDigest("ana", "weekly")
		token := mails[0].Report.Unsubscribe
		notice, err := w.Store.ReportNotice(w.Ctx, token)
		w.Must(err)
		if !notice.Ended || !notice.Link || notice.Contact != "" || notice.Client != "Client acme" || !strings.Contains(notice.What, "ana") {
			w.Errorf("the notice is %s", asJSON(notice))
		}
		w.Must(w.Store.EndReport(w.Ctx, token))
		if got := w.digestOf("ana"); got != model.EveryWeek {
			w.Errorf("the token of an older digest has ended a newer one: %s", got)
		}
		for i := range token {
			wrong := []byte(token)
			wrong[i] = map[bool]byte{true: 'B', false: 'A'}[wrong[i] == 'A']
			_, err := w.Store.ReportNotice(w.Ctx, string(wrong))
			w.wantKind(err, model.NotFound)
			if i%8 == 0 {
				w.wantKind(w.Store.EndReport(w.Ctx, string(wrong)), model.NotFound)
			}
		}
		for _, wrong := range []string{"", "x", token + "A", token[:len(token)-1], strings.Repeat("_", 32)} {
			_, err := w.Store.ReportNotice(w.Ctx, wrong)
			w.wantKind(err, model.NotFound)
		}
		digest := "hourly"
		_, err = w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{Digest: &digest})
		w.wantKind(err, model.Invalid)
	}},
}
