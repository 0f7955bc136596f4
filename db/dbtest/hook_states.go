package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// How hooks are added, handed out, disabled and removed.
var hookStateTests = []test{
	{"a hook from add to remove", func(w *World) {
		h := w.hook()
		if h.URL != receiver || *h.Client != "acme" || h.State != model.HookActive || !strings.HasPrefix(h.Secret, "whsec_") || h.CreatedBy != "owner of acme" {
			w.Errorf("added %s", asJSON(h))
		}
		_, err := w.Store.AddHook(w.Ctx, As("acme"), receiver)
		w.wantKind(err, model.Conflict)
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		if got := w.hookOf(As("acme")); got.Waiting != 1 || got.LastError != nil || got.FailingSince != nil || got.DeliveredAt != nil {
			w.Errorf("listed %s", asJSON(got))
		}
		if got, err := w.Store.RemoveHook(w.Ctx, As("acme"), receiver); err != nil || got.URL != receiver {
			w.Errorf("removed %s, %v", asJSON(got), err)
		}
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-2"}}})
		w.wantTold("")
		_, err = w.Store.RemoveHook(w.Ctx, As("acme"), receiver)
		w.wantKind(err, model.NotFound)
		again := w.hook()
		if again.Secret == h.Secret {
			w.Error("a hook that was removed comes back with its old secret")
		}
		w.wantTold("")
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 3})
		w.Must(err)
		for i, action := range []string{"hook add", "hook remove", "hook add"} {
			if e := audit.Items[i]; e.Action != action || e.Object != receiver || strings.Contains(asJSON(e), "whsec_") {
				w.Errorf("audit %s, want %s", asJSON(e), action)
			}
		}
	}},
	{"who may have hooks, and see them", func(w *World) {
		w.AddClient("zenith")
		root := w.Admin
		root.Client = ""
		w.hook()
		for _, a := range []model.Actor{As("zenith"), root} {
			_, err := w.Store.AddHook(w.Ctx, a, receiver)
			w.Must(err)
		}
		for _, a := range []model.Actor{{Name: "mia", Role: model.Member, Client: "acme"}, {Name: "vic", Role: model.Viewer, Client: "acme"}, {}} {
			_, err := w.Store.AddHook(w.Ctx, a, "https://x.example/")
			w.wantKind(err, model.Denied)
			_, err = w.Store.Hooks(w.Ctx, a)
			w.wantKind(err, model.Denied)
			_, err = w.Store.HookTarget(w.Ctx, a, receiver)
			w.wantKind(err, model.Denied)
			_, err = w.Store.RemoveHook(w.Ctx, a, receiver)
			w.wantKind(err, model.Denied)
		}
		if h := w.hookOf(As("zenith")); *h.Client != "zenith" {
			w.Errorf("zenith sees %s", asJSON(h))
		}
		if list, err := w.Store.Hooks(w.Ctx, root); err != nil || len(list) != 3 {
			w.Errorf("an admin sees %s, %v", asJSON(list), err)
		}
		if to, err := w.Store.HookTarget(w.Ctx, root, receiver); err != nil || to.Client != nil {
			w.Errorf("an admin's %s, %v", asJSON(to), err)
		}
		_, err := w.Store.RemoveHook(w.Ctx, root, receiver) // the platform's
		w.Must(err)
		_, err = w.Store.RemoveHook(w.Ctx, root, receiver) // of two clients
		w.wantKind(err, model.Invalid)
		_, err = w.Store.RemoveHook(w.Ctx, As("zenith"), receiver)
		w.Must(err)
		if h, err := w.Store.RemoveHook(w.Ctx, root, receiver); err != nil || *h.Client != "acme" {
			w.Errorf("the last one is %s, %v", asJSON(h), err)
		}
	}},
	{"what is no hook", func(w *World) {
		for _, url := range []string{"", "receiver.example", "ftp://receiver.example/", "https://me:secret@receiver.example/", "https://receiver.example/\x1b[2J", "https://" + strings.Repeat("x", 3000) + ".example/"} {
			_, err := w.Store.AddHook(w.Ctx, As("acme"), url)
			w.wantKind(err, model.Invalid)
		}
		for i := range model.MaxHooks {
			_, err := w.Store.AddHook(w.Ctx, As("acme"), fmt.Sprint("https://receiver.example/", i))
			w.Must(err)
		}
		_, err := w.Store.AddHook(w.Ctx, As("acme"), receiver)
		w.wantKind(err, model.Conflict)
	}},
	{"one worker at a time has a hook", func(w *World) {
		w.hook()
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		b := w.dueHook(time.Hour)
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-2"}}})
		if more, err := w.Store.DueHooks(w.Ctx, 0, time.Hour); err != nil || len(more) != 0 {
			w.Errorf("another worker got %s, %v", asJSON(more), err)
		}
		w.Must(w.Store.ReportHook(w.Ctx, model.HookReport{Hook: b.ID, Next: time.Now().Add(-time.Second), Results: []model.HookResult{{Row: b.Messages[0].Row, ID: b.Messages[0].ID, Taken: true}}}))
		w.wantTold("credited A-2 ana: T-2 summerfest ga 4500 GBP last_click")
	}},
	{"a message that waits holds back those of its order alone", func(w *World) {
		w.hook()
		order := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(order)
		b := w.dueHook(0)
		w.Must(w.Store.ReportHook(w.Ctx, model.HookReport{
			Hook: b.ID, Error: "it answered 500", Next: time.Now().Add(-time.Second),
			Results: []model.HookResult{{Row: b.Messages[0].Row, ID: b.Messages[0].ID, Retry: time.Now().Add(time.Hour)}},
		}))
		order.Version, order.Tickets[0].Status = 2, model.Refunded
		w.Place(order)
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-2"}}})
		w.wantTold("credited A-2 ana: T-2 summerfest ga 4500 GBP last_click")
		if h := w.hookOf(As("acme")); h.Waiting != 2 || h.State != model.HookActive {
			w.Errorf("%s", asJSON(h))
		}
		w.Must(w.Store.ReportHook(w.Ctx, model.HookReport{Hook: b.ID, Next: time.Now().Add(-time.Second), Results: []model.HookResult{{Row: b.Messages[0].Row, ID: b.Messages[0].ID}}}))
		w.wantTold("reversed A-1 ana: T-1 summerfest ga 4500 GBP last_click refunded") // the first was given up
	}},
	{"a failing hook says why, until a message is taken", func(w *World) {
		w.hook()
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		w.fail(w.dueHook(time.Hour), "it answered\r\n500 \x1b[31m"+strings.Repeat("x", 999), time.Now().Add(-time.Second), false)
		h := w.hookOf(As("acme"))
		if h.State != model.HookFailing || h.FailingSince == nil || !strings.HasPrefix(*h.LastError, "it answered 500 [31mx") || len(*h.LastError) > 400 {
			w.Errorf("failing: %s", asJSON(h))
		}
		since := *h.FailingSince
		b := w.dueHook(time.Hour)
		if b.Failures != 1 || b.FailingSince == nil || b.Messages[0].Attempts != 1 {
			w.Errorf("due again: %s", asJSON(b))
		}
		w.fail(b, "it answered 503", time.Now().Add(-time.Second), false)
		if h := w.hookOf(As("acme")); !h.FailingSince.Equal(since) || *h.LastError != "it answered 503" {
			w.Errorf("still failing: %s", asJSON(h))
		}
		w.take()
		if h := w.hookOf(As("acme")); h.State != model.HookActive || h.LastError != nil || h.FailingSince != nil || h.DeliveredAt == nil || h.Waiting != 0 {
			w.Errorf("it works again: %s", asJSON(h))
		}
	}},
	{"a disabled hook is mailed to who added it, and enabled by adding it again", func(w *World) {
		w.mailed()
		olga, err := w.Store.AddPerson(w.Ctx, w.Admin, model.NewPerson{Name: "Olga", Email: "olga@example.com", Role: model.Owner, Key: model.Key{Fingerprint: "SHA256:olga", Public: "ssh-ed25519 AAAA"}})
		w.Must(err)
		a := As("acme")
		a.Person, a.Name = olga.ID, olga.Name
		h, err := w.Store.AddHook(w.Ctx, a, receiver)
		w.Must(err)
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		w.fail(w.dueHook(time.Hour), "it answered 500", time.Now(), true)
		if h := w.hookOf(As("acme")); h.State != model.HookDisabled || h.Waiting != 0 || *h.LastError != "it answered 500" {
			w.Errorf("disabled: %s", asJSON(h))
		}
		mails := w.due()
		if len(mails) != 1 || mails[0].Kind != model.HookMail || mails[0].To != "olga@example.com" || mails[0].Name != "Olga" || mails[0].Client.Slug != "acme" || mails[0].Hook == nil || mails[0].Hook.URL != receiver {
			w.Fatalf("mails %s", asJSON(mails))
		}
		w.Must(w.Store.MailSent(w.Ctx, mails[0].ID))
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-2"}}})
		w.wantTold("")
		again := w.hook()
		if again.Secret != h.Secret || again.State != model.HookActive || again.LastError != nil || again.FailingSince != nil {
			w.Errorf("enabled again: %s", asJSON(again))
		}
		w.Place(Order{ID: "A-3", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-3"}}})
		w.wantTold("credited A-3 ana: T-3 summerfest ga 4500 GBP last_click")
	}},
	{"without an address of who added it, the owners get the mail, else the admins", func(w *World) {
		w.mailed()
		disable := func() {
			w.hook()
			w.Place(Order{ID: fmt.Sprint("A-", w.webhooks), Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: fmt.Sprint("T-", w.webhooks)}}})
			w.fail(w.dueHook(time.Hour), "gone", time.Now(), true)
		}
		add := func(a model.Actor, name string, role model.Role) {
			_, err := w.Store.AddPerson(w.Ctx, a, model.NewPerson{Name: name, Email: name + "@example.com", Role: role, Key: model.Key{Fingerprint: "SHA256:" + name, Public: "ssh-ed25519 AAAA"}})
			w.Must(err)
		}
		disable()
		if mails := w.due(); len(mails) != 0 {
			w.Errorf("mails to nobody: %s", asJSON(mails))
		}
		add(w.Admin, "ada", model.Admin)
		disable()
		if mails := w.due(); len(mails) != 1 || mails[0].To != "ada@example.com" {
			w.Errorf("mails %s, want one to the admin", asJSON(mails))
		}
		add(w.Admin, "olga", model.Owner)
		add(w.Admin, "otto", model.Owner)
		add(w.Admin, "mia", model.Member)
		disable()
		var to []string
		for _, m := range w.due() {
			to = append(to, m.To)
		}
		if !slices.Equal(to, []string{"olga@example.com", "otto@example.com"}) {
			w.Errorf("mails to %v, want the owners", to)
		}
	}},
	{"a report on a hook that was removed says nothing", func(w *World) {
		w.hook()
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		b := w.dueHook(time.Hour)
		_, err := w.Store.RemoveHook(w.Ctx, As("acme"), receiver)
		w.Must(err)
		w.hook()
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-2"}}})
		// The row of the first message may be the second's now.
		w.Must(w.Store.ReportHook(w.Ctx, model.HookReport{Hook: b.ID, Next: time.Now().Add(-time.Second), Results: []model.HookResult{{Row: b.Messages[0].Row, ID: b.Messages[0].ID, Taken: true}}}))
		w.wantTold("credited A-2 ana: T-2 summerfest ga 4500 GBP last_click")
		w.Must(w.Store.ReportHook(w.Ctx, model.HookReport{Hook: 4711}))
	}},
}
