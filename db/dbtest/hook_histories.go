package dbtest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"lastclick/model"
)

// HookHistories proves what hooks are told on n random histories that come shuffled, with
// webhooks doubled, by up to eight senders at once: a receiver that adds what is credited
// and subtracts what is reversed, in the order of each order's messages, ends with the
// numbers of the pages. No message is told twice under two ids, or two under one. Where
// open gives a store that crashes, it does so somewhere, and the checkouts send all again.
func HookHistories(t *testing.T, open func(t *testing.T) CrashingStore, n int) {
	repeat(t, n)
	var crashed atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		h := rapid.Custom(drawHistory).Draw(rt, "history")
		store := open(t)
		run := &historyRun{t: t, store: store}
		p := run.platform(rt)
		seedPlatforms(h, p)
		root := p.Admin
		root.Client = ""
		_, err := p.Store.AddHook(p.Ctx, root, receiver)
		p.Must(err)
		_, err = p.Store.AddHook(p.Ctx, As("acme"+p.tag), receiver)
		p.Must(err)
		if rapid.Bool().Draw(rt, "crash") {
			crashed.Add(1)
			store.Crash(rapid.IntRange(0, 80).Draw(rt, "requests until the crash"), rapid.Bool().Draw(rt, "the last one is carried out"))
			p.sendUntilCrash(h)
			p.World = emptyWorld(p.TB, store.Reopen())
		}
		defer func() {
			if err := p.Store.Close(); err != nil {
				rt.Error(err)
			}
		}()
		p.play(h, h.arrived, h.senders)
		messages := p.take()
		for hook, clients := range map[string][]string{"": {"acme", "zenith"}, "acme" + p.tag: {"acme"}} {
			p.proveTold(messages, hook, clients)
		}
		if rt.Failed() {
			rt.Logf("%#v", h)
		}
	})
	if n >= 20 && crashed.Load() == 0 {
		t.Error("no store crashed")
	}
}

// proveTold adds up what one hook was told and compares it with the clients' pages.
func (s platform) proveTold(messages []received, hook string, clients []string) {
	s.Helper()
	type sold struct {
		link, currency, event, typ string
		face                       int64
	}
	live, ids := map[string]sold{}, map[string]string{}
	for _, m := range messages {
		if m.client != hook {
			continue
		}
		if other, ok := ids[m.ID]; ok {
			s.Errorf("two messages have the id %s: %s and %s", m.ID, other, m)
		}
		ids[m.ID] = m.String()
		for _, t := range m.Data.Tickets {
			k := m.Data.Checkout + " " + t.ID
			now := sold{m.Data.Link, m.Data.Currency, t.Event, t.Type, t.FaceValue}
			was, there := live[k]
			switch {
			case m.Type == model.SaleCredited && there:
				s.Errorf("%s is credited twice: %+v, then %s", k, was, m)
			case m.Type == model.SaleReversed && was != now:
				s.Errorf("%s is reversed as it was not: %+v, then %s", k, was, m)
			}
			if live[k] = now; m.Type == model.SaleReversed {
				delete(live, k)
			}
		}
	}
	type sum struct {
		tickets int64
		face    string
	}
	told, pages := map[string]sum{}, map[string]sum{}
	faces, tickets := map[string]*model.Money{}, map[string]int64{}
	for _, t := range live {
		if faces[t.link] == nil {
			faces[t.link] = &model.Money{}
		}
		faces[t.link].Add(t.currency, t.face)
		tickets[t.link]++
	}
	for link, n := range tickets {
		told[link] = sum{n, faces[link].String()}
	}
	for _, client := range clients {
		for _, l := range s.stats(client+s.tag, model.Filter{}).Links {
			if l.Tickets > 0 {
				pages[l.Link.Code] = sum{l.Tickets, l.FaceValue.String()}
			}
		}
	}
	if a, b := fmt.Sprint(told), fmt.Sprint(pages); a != b {
		var lines []string
		for _, m := range messages {
			lines = append(lines, m.client+" "+m.String())
		}
		s.Errorf("hook of %q: told %s, and the pages say %s:\n%s", hook, a, b, slices.Clip(lines))
	}
}
