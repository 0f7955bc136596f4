package db_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/model/testenv"
)

// wednesday is when these tests begin.
var wednesday = time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)

// reportsAt is a seeded store with a clock, and what takes and sends the mails that are due;
// the welcome mails are sent.
func reportsAt(t *testing.T, dir string, clock *testenv.Clock) (*db.Store, *dbtest.World, func() []model.Mail) {
	t.Helper()
	store, err := db.Open(t.Context(), db.Options{Dir: dir, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := dbtest.Seed(t, store)
	take := func() []model.Mail {
		t.Helper()
		_, err := store.QueueReports(t.Context())
		w.Must(err)
		mails, err := store.DueMail(t.Context(), 0, time.Minute)
		w.Must(err)
		for _, m := range mails {
			w.Must(store.MailSent(t.Context(), m.ID))
		}
		return mails
	}
	take()
	return store, w, take
}

// A person who is mailed ends that with any of the mails, also where it goes out otherwise by now.
func TestReports_Replaced_EndedByTheirOlderMails(t *testing.T) {
	clock := testenv.NewClock(wednesday)
	store, w, take := reportsAt(t, t.TempDir(), clock)
	ctx, acme := t.Context(), dbtest.As("acme")
	digest := func(every model.ReportEvery) {
		t.Helper()
		d := string(every)
		_, err := store.SetLink(ctx, acme, "ana", model.LinkChange{Digest: &d})
		w.Must(err)
	}
	report := func(every model.ReportEvery) {
		t.Helper()
		_, err := store.AddReport(ctx, acme, model.NewReport{Email: "boss@example.com", Every: every})
		w.Must(err)
	}
	digest(model.EveryWeek)
	report(model.EveryDay)
	clock.Set(time.Date(2026, 6, 8, 9, 0, 0, 0, time.UTC)) // Monday
	mails := take()
	if len(mails) != 2 {
		t.Fatalf("%d mails", len(mails))
	}
	clock.Add(24 * time.Hour)
	_, err := store.QueueReports(ctx) // a daily one, which is not sent before it goes out otherwise
	w.Must(err)
	digest(model.FirstSale)
	report(model.EveryWeek)
	report(model.EveryWeek) // is what it was
	if early := take(); len(early) != 0 {
		t.Errorf("%s is mailed %s", early[0].To, early[0].Report.Every)
	}
	clock.Set(time.Date(2026, 6, 15, 9, 0, 0, 0, time.UTC))
	if weekly := take(); len(weekly) != 1 || weekly[0].Report.Every != model.EveryWeek || weekly[0].Report.From != "2026-06-08" {
		t.Errorf("on Monday: %+v", weekly)
	}
	for _, m := range mails {
		token := m.Report.Unsubscribe
		if n, err := store.ReportNotice(ctx, token); err != nil || n.Ended {
			t.Errorf("before: %+v, %v", n, err)
		}
		w.Must(store.EndReport(ctx, token))
		if n, err := store.ReportNotice(ctx, token); err != nil || !n.Ended {
			t.Errorf("after: %+v, %v", n, err)
		}
	}
	w.Place(dbtest.Order{Code: "ana", Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	clock.Set(clock.Now().AddDate(0, 0, 7))
	if mails := take(); len(mails) != 0 {
		t.Errorf("%s is still mailed %s", mails[0].To, mails[0].Report.Every)
	}
}

// A report is queued once for its days, the last ones where the daemon was away, and ends with
// its token.
func TestReports_Clock_EachPeriodOnce(t *testing.T) {
	clock := testenv.NewClock(wednesday)
	dir := t.TempDir()
	store, w, take := reportsAt(t, dir, clock)
	ctx, acme := t.Context(), dbtest.As("acme")
	weekly := "weekly"
	_, err := store.SetLink(ctx, acme, "ana", model.LinkChange{Digest: &weekly})
	w.Must(err)
	_, err = store.AddReport(ctx, acme, model.NewReport{Email: "boss@example.com", Every: model.EveryDay, Event: "summerfest"})
	w.Must(err)
	w.Place(dbtest.Order{Code: "ana", Placed: clock.Now().Add(-time.Hour), Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	if mails := take(); len(mails) != 0 {
		t.Fatalf("due before its time: %d", len(mails))
	}
	clock.Set(time.Date(2026, 6, 4, 6, 59, 59, 0, time.UTC))
	if mails := take(); len(mails) != 0 {
		t.Fatalf("due before 8:00: %d", len(mails))
	}
	clock.Add(time.Second)
	mails := take()
	if len(mails) != 1 || mails[0].To != "boss@example.com" || mails[0].Report.From != "2026-06-03" || mails[0].Report.Stats.Total.Tickets != 1 || mails[0].Report.Before.Total.Tickets != 0 || mails[0].Report.EventName != "Event summerfest" {
		t.Fatalf("the daily report is %+v", mails)
	}
	boss := mails[0].Report.Unsubscribe
	clock.Set(time.Date(2026, 6, 22, 9, 0, 0, 0, time.UTC)) // away for weeks; a Monday
	mails = take()
	if len(mails) != 2 {
		t.Fatalf("%d mails after weeks", len(mails))
	}
	for _, m := range mails {
		if want := map[string]string{"boss@example.com": "2026-06-21", "ana@example.com": "2026-06-15"}[m.To]; m.Report.From != want || m.Report.To != "2026-06-21" {
			t.Errorf("%s gets %s to %s", m.To, m.Report.From, m.Report.To)
		}
	}
	// A timezone that is ahead makes it due again, and the days have been told.
	zone := "Pacific/Kiritimati"
	_, err = store.SetClient(ctx, w.Admin, "acme", model.ClientChange{Timezone: &zone})
	w.Must(err)
	clock.Add(time.Hour)
	if mails := take(); len(mails) != 0 {
		t.Errorf("the same days again: %+v", mails[0].Report)
	}
	for range 100 { // what was mailed long ago is forgotten
		clock.Set(clock.Now().AddDate(0, 0, 1))
		take()
	}
	tables, err := sql.Open("sqlite3", filepath.Join(dir, "lastclick.db"))
	w.Must(err)
	defer tables.Close()
	var kept int
	w.Must(tables.QueryRow(`SELECT count(*) FROM outbox WHERE report_id IS NOT NULL`).Scan(&kept))
	if kept < 30 || kept > 40 {
		t.Errorf("%d mails are kept", kept)
	}
	w.Must(store.EndReport(ctx, boss))
	if n, err := store.ReportNotice(ctx, boss); err != nil || !n.Ended {
		t.Errorf("%+v, %v", n, err)
	}
	_, err = store.ArchiveLink(ctx, acme, "ana")
	w.Must(err)
	clock.Set(clock.Now().AddDate(0, 0, 7))
	if mails := take(); len(mails) != 0 {
		t.Errorf("mailed what has ended, or an archived link: %+v", mails[0])
	}
	_, err = store.RestoreLink(ctx, acme, "ana")
	w.Must(err)
	if _, err := store.QueueReports(ctx); err != nil {
		t.Fatal(err)
	}
	if list, err := store.Reports(ctx, acme); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	audit, err := store.Audit(ctx, acme, model.Paging{Limit: 3})
	w.Must(err)
	if audit.Items[2].Actor != "the recipient" || audit.Items[2].Action != "report remove" {
		t.Errorf("audit %+v", audit.Items)
	}
}
