package dbtest

import (
	"fmt"
	"sync"

	"lastclick/model"
)

var raceTests = []test{
	{"R12 one webhook, a hundred times at once, is one order", func(w *World) {
		d := w.Delivery("box", "msg_a", Order{Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}.Body())
		count := map[model.OutcomeStatus]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				out, err := w.Store.Receive(w.Ctx, d)
				mu.Lock()
				defer mu.Unlock()
				if count[out.Status]++; err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		if count[model.Applied] != 1 || count[model.Duplicate] != 99 {
			w.Errorf("outcomes %v", count)
		}
		w.want(model.Filter{}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c1 n1 o1 t1 s0/1 GBP 45.00")
	}},
	{"R11 of versions that race the highest wins", func(w *World) {
		receipt := w.Receipt("ana@50")
		var all sync.WaitGroup
		for v := range int64(20) {
			d := w.Delivery("box", fmt.Sprint("msg_", v), Order{Version: v + 1, Receipt: receipt, Tickets: []Ticket{{ID: "T-1", Face: 100 * (v + 1)}}}.Body())
			all.Go(func() {
				if _, err := w.Store.Receive(w.Ctx, d); err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		w.want(model.Filter{}, "ana: c0 n0 o1 t1 s0/1 GBP 20.00\ntotal: c0 n0 o1 t1 s0/1 GBP 20.00")
	}},
	{"one customer's orders at once", func(w *World) {
		receipt := w.Receipt("ana@50")
		var all sync.WaitGroup
		for i := range 50 {
			d := w.Delivery("box", fmt.Sprint("msg_", i), Order{ID: fmt.Sprint("A-", i), Customer: "kim", Placed: Minute(100 - i%7), Receipt: receipt, Tickets: []Ticket{{ID: fmt.Sprint("T-", i)}}}.Body())
			all.Go(func() {
				if _, err := w.Store.Receive(w.Ctx, d); err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		w.want(model.Filter{}, "ana: c1 n1 o50 t50 s0/50 GBP 2,250.00\ntotal: c1 n1 o50 t50 s0/50 GBP 2,250.00")
	}},
	{"one code for one link", func(w *World) {
		var mu sync.Mutex
		var all sync.WaitGroup
		kinds := map[string]int{}
		for range 20 {
			all.Go(func() {
				_, err := w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: "K", Email: "k@example.com", Code: "kim"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					kinds["added"]++
				} else {
					kinds[model.KindOf(err).String()]++
				}
			})
		}
		all.Wait()
		if kinds["added"] != 1 || kinds["conflict"] != 19 {
			w.Errorf("%v", kinds)
		}
	}},
	{"R6 R24 one name for a code and an alias", func(w *World) {
		var mu sync.Mutex
		var all sync.WaitGroup
		added := map[string]int{}
		for i := range 20 {
			all.Go(func() {
				var err error
				if name := fmt.Sprint("kim-", i/2%5); i%2 == 0 {
					_, err = w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: "K", Email: "k@example.com", Code: name, NoMail: true})
				} else {
					_, err = w.Store.AddAlias(w.Ctx, As("acme"), "ana", name)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					added[fmt.Sprint("kim-", i/2%5)]++
				} else if model.KindOf(err) != model.Conflict {
					w.Error(err)
				}
			})
		}
		all.Wait()
		for name, n := range added {
			if n != 1 {
				w.Errorf("%s was given %d times", name, n)
			}
		}
		if len(added) != 5 {
			w.Errorf("given: %v", added)
		}
	}},
	{"R23 one token for one customer", func(w *World) {
		token := w.Token("ana@50", 1)
		var mu sync.Mutex
		var all sync.WaitGroup
		credited := map[string]int{}
		for i := range 40 {
			customer := fmt.Sprint("cus-", i%4)
			d := w.Delivery("box", fmt.Sprint("msg_", i), Order{ID: fmt.Sprint("A-", i), Customer: customer, Click: token, Tickets: []Ticket{{ID: fmt.Sprint("T-", i)}}}.Body())
			all.Go(func() {
				out, err := w.Store.Receive(w.Ctx, d)
				if err != nil {
					w.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				switch out.Tickets[0].Reason {
				case model.ReasonLastClick:
					credited[customer]++
				case model.ReasonCopiedAddress:
				default:
					w.Errorf("%s: %s", customer, verdicts(out))
				}
			})
		}
		all.Wait()
		if len(credited) != 1 || w.stats("acme", model.Filter{}).Total.Orders != 10 || w.detail("ana").SharedAddress != 30 {
			w.Errorf("credited %v, %d by a shared address", credited, w.detail("ana").SharedAddress)
		}
	}},
	{"readers and clicks beside the writer", func(w *World) {
		ana, _ := w.Store.LinkByCode("ana")
		receipt := w.Receipt("ana@50")
		var all sync.WaitGroup
		for i := range 30 {
			d := w.Delivery("box", fmt.Sprint("msg_", i), Order{ID: fmt.Sprint("A-", i), Receipt: receipt, Tickets: []Ticket{{ID: fmt.Sprint("T-", i)}}}.Body())
			all.Go(func() {
				if _, err := w.Store.Receive(w.Ctx, d); err != nil {
					w.Error(err)
				}
			})
			all.Go(func() {
				w.Store.Click(model.Click{Link: ana.Link, At: Minute(i)})
				st, err := w.Store.Stats(w.Ctx, As("acme"), model.Filter{})
				if err != nil {
					w.Error(err)
				} else if n := st.Links[0]; n.Orders != st.Total.Orders || n.Tickets != st.Total.Tickets {
					w.Errorf("a page that is not one snapshot: %s and %s", line(n.Numbers), line(st.Total))
				}
			})
		}
		all.Wait()
		if l := w.stats("acme", model.Filter{}).Links[0]; l.Link.Clicks != 30 || l.Orders != 30 {
			w.Errorf("%d clicks, %d orders", l.Link.Clicks, l.Orders)
		}
	}},
	{"what was acknowledged is on the next page", func(w *World) {
		var all sync.WaitGroup
		for sender := range 8 {
			code := fmt.Sprint("own-", sender)
			w.AddLink("acme", code, "")
			receipt := w.Receipt(code + "@50")
			all.Go(func() {
				for i := range 10 {
					id := fmt.Sprint(code, "-", i)
					if _, err := w.Store.Receive(w.Ctx, w.Delivery("box", "msg_"+id, Order{ID: id, Receipt: receipt, Tickets: []Ticket{{ID: id}}}.Body())); err != nil {
						w.Error(err)
						return
					}
					st, err := w.Store.Stats(w.Ctx, As("acme"), model.Filter{})
					if err != nil {
						w.Error(err)
						return
					}
					for _, l := range st.Links {
						if l.Link.Code == code && l.Orders != int64(i+1) {
							w.Errorf("%s has %d orders after %d were acknowledged", code, l.Orders, i+1)
						}
					}
				}
			})
		}
		all.Wait()
	}},
}
