//go:build linux

package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// ledger is what the checkout knows of its orders. Every order that was acknowledged must
// be in the database once; one that was not may be there, for the answer may have been
// lost, and is delivered again as shops do.
type ledger struct {
	mu           sync.Mutex
	prefix       string
	next         int
	acknowledged map[string]bool
	open         map[string]bool // sent, and not acknowledged
}

func newLedger(prefix string) *ledger {
	return &ledger{prefix: prefix, acknowledged: map[string]bool{}, open: map[string]bool{}}
}

// take returns the id of a new order.
func (l *ledger) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	id := fmt.Sprintf("%s-%d", l.prefix, l.next)
	l.open[id] = true
	return id
}

func (l *ledger) acknowledge(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged[id] = true
	delete(l.open, id)
}

// counts returns how many orders were acknowledged, and how many were sent and were not.
func (l *ledger) counts() (acknowledged, open int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged), len(l.open)
}

func (l *ledger) openIDs() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.open))
}

// account is what the database has of a ledger.
type account struct {
	acknowledged, lost, doubled int
	examples                    []string
}

func (a account) String() string {
	return fmt.Sprintf("%d acknowledged, %d lost, %d doubled", a.acknowledged, a.lost, a.doubled)
}

func (a account) err() error {
	if a.lost > 0 || a.doubled > 0 {
		return fmt.Errorf("%v: %s", a, strings.Join(a.examples, ", "))
	}
	return nil
}

// audit compares the ledger with the export of a daemon's orders, and explains some
// orders one by one.
func (l *ledger) audit(d *daemon) (a account, err error) {
	c, err := d.dial()
	if err != nil {
		return a, err
	}
	defer c.Close()
	out, err := command(c, "export orders")
	if err != nil {
		return a, err
	}
	there, err := countOrders(out)
	if err != nil {
		return a, err
	}
	l.mu.Lock()
	ids := slices.Sorted(maps.Keys(l.acknowledged))
	l.mu.Unlock()
	a = compare(ids, there)
	const explained = 5
	for n, id := range ids {
		if there[id] == 0 || n%max(len(ids)/explained, 1) != 0 {
			continue
		}
		if _, err := command(c, "order explain "+id+" --json"); err != nil {
			return a, err
		}
	}
	return a, nil
}

func compare(acknowledged []string, there map[string]int) account {
	a := account{acknowledged: len(acknowledged)}
	const examples = 3
	for _, id := range acknowledged {
		if there[id] == 0 {
			if a.lost++; a.lost <= examples {
				a.examples = append(a.examples, id+" is lost")
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(there)) {
		if there[id] > 1 {
			if a.doubled++; a.doubled <= examples {
				a.examples = append(a.examples, id+" is doubled")
			}
		}
	}
	return a
}

// countOrders returns how often each order is in an export.
func countOrders(export string) (map[string]int, error) {
	rows, err := csv.NewReader(strings.NewReader(export)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the export of orders: %w", err)
	}
	if len(rows) == 0 || len(rows[0]) == 0 || rows[0][0] != "order" {
		return nil, errors.New("the export of orders does not begin with the column order")
	}
	there := map[string]int{}
	for _, r := range rows[1:] {
		there[r[0]]++
	}
	return there, nil
}

// orderBody is the order of the id, always the same: of one to three tickets, by a
// link's code.
func orderBody(id string) []byte { return orderVersion(id, 1, "valid") }

// orderVersion is a version of the order whose first ticket has the status.
func orderVersion(id string, version int, status string) []byte {
	n := 0
	for _, c := range id {
		n = (n*31 + int(c)) % 9973
	}
	type ticket struct {
		ID        string `json:"id"`
		Event     string `json:"event"`
		Type      string `json:"type"`
		FaceValue int    `json:"face_value"`
		Status    string `json:"status"`
	}
	tickets := []ticket{{id + "-0", eventSlugs[n%2], "ga", 1000 + n, status}}
	for i := range n % 3 {
		tickets = append(tickets, ticket{fmt.Sprint(id, "-", i+1), eventSlugs[i%2], "vip", 2500, "valid"})
	}
	at := placedAt(id).UTC().Format(time.RFC3339Nano)
	body, err := json.Marshal(map[string]any{
		"type": "order.placed", "timestamp": at,
		"data": map[string]any{
			"id": id, "version": version, "placed_at": at, "currency": "GBP",
			"customer": map[string]any{"id": fmt.Sprint("cus_", n%500)},
			"tracking": map[string]any{"code": linkCode(n)},
			"tickets":  tickets,
		},
	})
	if err != nil {
		panic(err) // strings and numbers only
	}
	return body
}

// textOf is a member of a JSON object.
func textOf(object, name string) (string, error) {
	var members map[string]any
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		return "", err
	}
	s, ok := members[name].(string)
	if !ok {
		return "", fmt.Errorf("no %q in %s", name, object)
	}
	return s, nil
}

// lastLine is the last line of a text that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
