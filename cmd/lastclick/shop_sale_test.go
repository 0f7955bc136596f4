package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"lastclick/model"
)

// sale is an order as its buyer sees it. Each shop's templates write it in that shop's
// shape; every id is made from its number.
type sale struct {
	N        int
	Email    string
	Event    int // 1 is summerfest, 2 is wintergala
	Currency string
	Token    string // that the page's address held
	Coupon   string
	Placed   time.Time
	Changed  time.Time
	Over     bool // all of it was given back
	Lines    []saleLine
	Tickets  []saleTicket
}

// saleLine is a number of tickets of one type. What was given back is its last ones.
type saleLine struct {
	N, Kind     int // Kind 1 is General Admission, 2 is VIP
	Price       int64
	Units, Gone int
}

// Name is what people call the type.
func (l saleLine) Name() string { return []string{"General Admission", "VIP"}[l.Kind-1] }

// Left is how many tickets of the line were not given back.
func (l saleLine) Left() int { return l.Units - l.Gone }

type saleTicket struct {
	saleLine
	ID   int // of the ticket, in all of the shop
	Unit int // in its line, from 1
	Gone bool
	In   bool
	At   time.Time // of its last way through the door
}

const generalAdmission, vip = 1, 2

// sold makes a sale of lines of so many tickets: each of the kind, the price and the number.
func sold(n int, email string, event int, currency string, at time.Time, lines ...[3]int64) *sale {
	s := &sale{N: n, Email: email, Event: event, Currency: currency, Placed: at, Changed: at}
	for i, l := range lines {
		s.Lines = append(s.Lines, saleLine{N: i + 1, Kind: int(l[0]), Price: l[1], Units: int(l[2])})
	}
	for _, l := range s.Lines {
		for unit := range l.Units {
			s.Tickets = append(s.Tickets, saleTicket{saleLine: l, ID: 1000*n + len(s.Tickets) + 1, Unit: unit + 1, At: at})
		}
	}
	return s
}

// copied is the sale as it is now.
func (s *sale) copied() *sale {
	c := *s
	c.Lines, c.Tickets = append([]saleLine(nil), s.Lines...), append([]saleTicket(nil), s.Tickets...)
	return &c
}

// giveBack gives back the last ticket of a line that is left, counted from 1.
func (s *sale) giveBack(line int) {
	l := &s.Lines[line-1]
	l.Gone++
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.saleLine.N == line && t.Unit == l.Units-l.Gone+1 {
			t.Gone = true
		}
	}
	s.Changed = s.Changed.Add(10 * time.Second)
}

// cancel gives back all of it.
func (s *sale) cancel() {
	for i := range s.Lines {
		s.Lines[i].Gone = s.Lines[i].Units
	}
	for i := range s.Tickets {
		s.Tickets[i].Gone = true
	}
	s.Over, s.Changed = true, s.Changed.Add(10*time.Second)
}

// pass lets a ticket through the door, counted from 1: in, or out as if it had never been in.
func (s *sale) pass(ticket int, in bool, at time.Time) {
	s.Tickets[ticket-1].In, s.Tickets[ticket-1].At = in, at
}

// Total is the price of all, in minor units.
func (s *sale) Total() (sum int64) {
	for _, l := range s.Lines {
		sum += l.Price * int64(l.Units)
	}
	return sum
}

// Back is what was given back of it.
func (s *sale) Back() (sum int64) {
	for _, l := range s.Lines {
		sum += l.Price * int64(l.Gone)
	}
	return sum
}

// Major is an amount as people write it: 45.00.
func (s *sale) Major(amount int64) string {
	places := model.Exponent(s.Currency)
	digits := strconv.FormatInt(amount, 10)
	if places == 0 {
		return digits
	}
	digits = strings.Repeat("0", max(places+1-len(digits), 0)) + digits
	return digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// Times is an amount for so many.
func (s *sale) Times(amount int64, n int) int64 { return amount * int64(n) }

// Code is the number in letters and digits, as some shops name orders.
func (s *sale) Code() string { return "QX" + strconv.Itoa(200+s.N) }

// Slug names the event at shops whose events have one currency each.
func (s *sale) Slug() string {
	if s.Currency == "GBP" {
		return strconv.Itoa(s.Event)
	}
	return strconv.Itoa(s.Event) + "-" + strings.ToLower(s.Currency)
}

// slugs are those of an event behind the prefix.
func slugs(prefix string, event int) []string {
	name := prefix + strconv.Itoa(event)
	return []string{name, name + "-jpy", name + "-kwd"}
}

//go:embed testdata/shops/*.tmpl
var shopTemplates embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"json": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"lower":   strings.ToLower,
	"upper":   strings.ToUpper,
	"rfc3339": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"millis":  func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
	"naive":   func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") },
	"spaced":  func(t time.Time) string { return t.UTC().Format(time.DateTime) },
}).ParseFS(shopTemplates, "testdata/shops/*.tmpl"))

// written is the JSON that a template makes.
func written(t testing.TB, name string, data any) string {
	t.Helper()
	var b, compact bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&compact, b.Bytes()); err != nil {
		t.Fatalf("%s: %v in %s", name, err, b.String())
	}
	return compact.String()
}
