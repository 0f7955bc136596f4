package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// The daemon is killed under load, again and again. Every order that was acknowledged
// is there once, none twice; no click is counted that was not made, and every one is that
// was answered before an order was sent which was acknowledged: clicks go with any
// transaction. The sums equal the recount. scripts/bench measures the restart.
func TestKill_UnderLoad_NothingAcknowledgedIsLost(t *testing.T) { killRounds(t, 20) }

func killRounds(t *testing.T, rounds int) {
	p := serve(t)
	box := p.seed()
	acknowledged := map[string]bool{}
	asked, before := 0, 0
	for round := range rounds {
		l := p.killUnderLoad(box, round)
		for _, id := range l.orders {
			acknowledged[id] = true
		}
		asked += l.asked
		p.start()
		counted := p.clicks("ana")
		if here := counted - before; here > l.asked || here < l.owed {
			t.Errorf("round %d: %d clicks are counted of %d; %d were durable", round, here, l.asked, l.owed)
		}
		before = counted
	}
	if len(acknowledged) < rounds || asked < rounds {
		t.Fatalf("only %d orders were acknowledged and %d clicks made: that is no load", len(acknowledged), asked)
	}
	var list struct{ Orders []struct{ ID string } }
	p.json(&list, "order", "list", "--limit", "10000")
	seen := map[string]int{}
	for _, o := range list.Orders {
		seen[o.ID]++
	}
	for id := range acknowledged {
		if seen[id] != 1 {
			t.Errorf("order %s was acknowledged, and is there %d times", id, seen[id])
		}
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d\n%s", status, out)
	}
}

// killUnderLoad puts load on the daemon, and kills it after 1 to 50 orders.
func (p *platform) killUnderLoad(box *checkout, round int) *load {
	p.t.Helper()
	l := p.load(box, round)
	late := time.After(10 * time.Second)
	for range 1 + rand.IntN(50) {
		select {
		case <-l.applied:
		case <-late:
			p.t.Fatal("no order was applied in 10 s")
		}
	}
	p.kill()
	l.wait.Wait()
	return l
}

// clicks is how many are counted for the link.
func (p *platform) clicks(code string) int {
	p.t.Helper()
	var link struct{ Clicks int }
	p.json(&link, "link", "show", code)
	return link.Clicks
}

// load is customers and a checkout that go on until the daemon is gone.
type load struct {
	applied chan struct{} // a signal for each order
	wait    sync.WaitGroup
	mu      sync.Mutex
	orders  []string // acknowledged
	asked   int      // clicks that were sent
	clicked int      // clicks that were answered
	owed    int      // of them, those before an order was sent that was acknowledged
}

func (p *platform) load(box *checkout, round int) *load {
	l := &load{applied: make(chan struct{}, 1<<16)}
	c := *box
	for worker := range 2 {
		l.wait.Go(func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("A-%d-%d-%d", round, worker, n)
				l.mu.Lock()
				answered := l.clicked
				l.mu.Unlock()
				status, answer, err := c.send("msg_"+id, orderBody(id, "", 100), time.Now())
				if err != nil {
					return // the daemon is gone
				}
				var a struct{ Status string }
				if status == 200 && json.Unmarshal([]byte(answer), &a) == nil && a.Status == "applied" {
					l.mu.Lock()
					l.orders = append(l.orders, id)
					l.owed = max(l.owed, answered)
					l.mu.Unlock()
					l.applied <- struct{}{}
				}
			}
		})
	}
	l.wait.Go(func() {
		client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		defer client.CloseIdleConnections()
		pace := time.NewTicker(time.Millisecond)
		defer pace.Stop()
		for {
			<-pace.C
			req, err := http.NewRequest(http.MethodGet, p.http+"/ana", nil)
			if err != nil {
				return
			}
			req.Header.Set("User-Agent", phone)
			l.mu.Lock()
			l.asked++
			l.mu.Unlock()
			resp, err := client.Do(req)
			if err != nil {
				return
			}
			_ = resp.Body.Close()
			l.mu.Lock()
			l.clicked++
			l.mu.Unlock()
		}
	})
	return l
}
