package visit

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// Ledger is what the checkout knows of its orders. Every order that was acknowledged must
// be in the database once; one that was not may be there, for the answer may have been
// lost, and is delivered again as shops do.
type Ledger struct {
	mu           sync.Mutex
	prefix       string
	next         int
	acknowledged map[string]bool
	open         map[string]bool // sent, and not acknowledged
}

// NewLedger makes one whose orders are called PREFIX-1, PREFIX-2 …
func NewLedger(prefix string) *Ledger {
	return &Ledger{prefix: prefix, acknowledged: map[string]bool{}, open: map[string]bool{}}
}

// Take returns the id of a new order.
func (l *Ledger) Take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	id := fmt.Sprintf("%s-%d", l.prefix, l.next)
	l.open[id] = true
	return id
}

// Acknowledge notes that the order was answered with 200.
func (l *Ledger) Acknowledge(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged[id] = true
	delete(l.open, id)
}

// Counts returns how many orders were acknowledged, and how many were sent and were not.
func (l *Ledger) Counts() (acknowledged, open int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged), len(l.open)
}

// OpenIDs are the orders that were sent and not acknowledged.
func (l *Ledger) OpenIDs() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.open))
}

// Account is what the database has of a ledger.
type Account struct {
	Acknowledged, Lost, Doubled int
	Examples                    []string
}

func (a Account) String() string {
	return fmt.Sprintf("%d acknowledged, %d lost, %d doubled", a.Acknowledged, a.Lost, a.Doubled)
}

// Err is an error where an order was lost or doubled.
func (a Account) Err() error {
	if a.Lost > 0 || a.Doubled > 0 {
		return fmt.Errorf("%v: %s", a, strings.Join(a.Examples, ", "))
	}
	return nil
}

// Audit compares the ledger with the export of orders, as the person who is signed in
// gets it, and explains some orders one by one.
func (l *Ledger) Audit(c *ssh.Client) (a Account, err error) {
	out, err := Command(c, "export orders")
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
		if _, err := Command(c, "order explain "+id+" --json"); err != nil {
			return a, err
		}
	}
	return a, nil
}

func compare(acknowledged []string, there map[string]int) Account {
	a := Account{Acknowledged: len(acknowledged)}
	const examples = 3
	for _, id := range acknowledged {
		if there[id] == 0 {
			if a.Lost++; a.Lost <= examples {
				a.Examples = append(a.Examples, id+" is lost")
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(there)) {
		if there[id] > 1 {
			if a.Doubled++; a.Doubled <= examples {
				a.Examples = append(a.Examples, id+" is doubled")
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
	if len(rows) == 0 || len(rows[0]) == 0 || rows[0][0] != "id" {
		return nil, errors.New("the export of orders does not begin with the column id")
	}
	there := map[string]int{}
	for _, r := range rows[1:] {
		there[r[0]]++
	}
	return there, nil
}

// Any returns an order that was acknowledged.
func (l *Ledger) Any() (id string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id := range l.acknowledged { // in no order
		return id, true
	}
	return "", false
}
