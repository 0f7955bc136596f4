package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A daemon that is killed under load, again and again: every order that was
// acknowledged is there once, none twice, the sums equal the recount, the next
// start takes under two seconds, and no more clicks are lost than the last 50 ms
// had.
func TestKill_NothingAcknowledgedIsLost(t *testing.T) {
	const rounds = 20
	p := &platform{t: t, data: filepath.Join(t.TempDir(), "data"), admin: newIdentity(t, "admin"), binary: build(t)}
	p.start()
	t.Cleanup(p.stop)
	box := p.furnish()
	acknowledged := map[string]bool{}
	counted := 0 // clicks that must be there: answered 50 ms before a kill
	for round := range rounds {
		load := p.load(box, round)
		time.AfterFunc(time.Duration(20+rand.IntN(130))*time.Millisecond, load.stop)
		<-load.stopping
		killed := time.Now()
		p.kill()
		load.wait.Wait()
		for _, id := range load.orders {
			acknowledged[id] = true
		}
		for _, at := range load.clicks {
			if killed.Sub(at) > 50*time.Millisecond {
				counted++
			}
		}
		began := time.Now()
		p.start()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("round %d: the start took %s", round, took)
		}
	}
	if len(acknowledged) < rounds {
		t.Fatalf("only %d orders were acknowledged: the load is none", len(acknowledged))
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
	var links struct{ Links []struct{ Clicks int } }
	p.json(&links, "link", "list")
	if links.Links[0].Clicks < counted {
		t.Errorf("%d clicks are counted, at least %d were made long before a kill", links.Links[0].Clicks, counted)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d\n%s", status, out)
	}
	t.Logf("%d orders acknowledged, %d there; %d clicks at least, %d there", len(acknowledged), len(seen), counted, links.Links[0].Clicks)
}

// build makes the program as it is shipped: what is promised in milliseconds is not
// promised of one that watches itself for races.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "lastclick")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// load is customers and a checkout that go on until they are stopped or refused.
type load struct {
	stopping chan struct{}
	once     sync.Once
	wait     sync.WaitGroup
	mu       sync.Mutex
	orders   []string    // acknowledged
	clicks   []time.Time // answered
}

func (l *load) stop() { l.once.Do(func() { close(l.stopping) }) }

func (p *platform) load(box *checkout, round int) *load {
	l := &load{stopping: make(chan struct{})}
	c := *box
	for worker := range 4 {
		l.wait.Go(func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("A-%d-%d-%d", round, worker, n)
				status, answer, err := c.send("msg_"+id, orderBody(id, "", 100), time.Now())
				if err != nil {
					return // the daemon is gone
				}
				var a struct{ Status string }
				if status == 200 && json.Unmarshal([]byte(answer), &a) == nil && a.Status == "applied" {
					l.mu.Lock()
					l.orders = append(l.orders, id)
					l.mu.Unlock()
				}
			}
		})
	}
	l.wait.Go(func() {
		client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		defer client.CloseIdleConnections()
		for {
			req, err := http.NewRequest(http.MethodGet, p.http+"/ana", nil)
			if err != nil {
				return
			}
			req.Header.Set("User-Agent", phone)
			resp, err := client.Do(req)
			if err != nil {
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusFound {
				l.mu.Lock()
				l.clicks = append(l.clicks, time.Now())
				l.mu.Unlock()
			}
		}
	})
	return l
}
