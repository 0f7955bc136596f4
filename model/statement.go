package model

import (
	"cmp"
	"context"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// StatementBase is the price that a statement's share is taken of.
type StatementBase string

// The bases of a statement.
const (
	BaseFace StatementBase = "face" // the list price
	BasePaid StatementBase = "paid" // what was paid, where the checkout says; the list price of the other tickets
)

// Statements are what links sold in periods.
type Statements interface {
	// Statement is what a link sold in a period. Once it was drawn up after the end of the
	// period it never changes: what becomes known later stands in a later one.
	Statement(ctx context.Context, a Actor, q StatementQuery) (Statement, error)
}

// StatementSettles is how long after its end a period is final: a statement of it that is drawn
// up then never changes. It is more than the clocks of nodes and checkouts differ by.
const StatementSettles = 15 * time.Minute

// StatementQuery asks for what a link sold in a period.
type StatementQuery struct {
	Link     string
	From, To string // days "2006-01-02" in the client's timezone, both inclusive
	Rate     string // such as 10%; empty: no share is reckoned
	Base     StatementBase
}

// Validate returns the query with its rate, or every fault, joined. An empty base is face.
func (q StatementQuery) Validate() (StatementQuery, *Rate, error) {
	var faults FieldErrors
	if q.From == "" {
		faults.Add(Invalidf("from", "from is missing: a statement is of whole days, such as --from 2026-06-01 --to 2026-06-30"))
	}
	if q.To == "" {
		faults.Add(Invalidf("to", "to is missing: a statement is of whole days, such as --from 2026-06-01 --to 2026-06-30"))
	}
	switch q.Base {
	case "":
		q.Base = BaseFace
	case BaseFace, BasePaid:
	default:
		faults.Add(Invalidf("base", "base %q must be face or paid", Truncate(Clean(string(q.Base)), 40)))
	}
	var rate *Rate
	if q.Rate != "" {
		r, err := ParseRate(q.Rate)
		if err != nil {
			faults.Add(err)
		}
		rate = &r
	}
	return q, rate, faults.Err()
}

// Rate is a share in millionths: 10% is 100,000.
type Rate int64

const (
	wholeRate    = 1_000_000
	wholePercent = wholeRate / 100
)

// ParseRate reads a rate such as 10% or 12.5%: from 0 to 100 with at most four decimals. The sign
// may be left out from 1 on; below, a part of one may be meant.
func ParseRate(s string) (Rate, error) {
	bad := func() (Rate, error) {
		return 0, Invalidf("rate", "rate %q must be a percentage from 0 to 100 such as 10%% or 12.5%%, with at most 4 decimals", Truncate(Clean(s), 40))
	}
	number, sign := strings.CutSuffix(strings.TrimSpace(s), "%")
	whole, frac, point := strings.Cut(strings.TrimSpace(number), ".")
	if whole == "" || point && frac == "" || len(whole) > 3 || len(frac) > 4 {
		return bad()
	}
	for _, c := range []byte(whole + frac) {
		if !isDigit(c) {
			return bad()
		}
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", 4-len(frac)), 10, 64)
	if err != nil || n > wholeRate {
		return bad()
	}
	if r := Rate(n); !sign && 0 < r && r < wholePercent {
		return 0, Invalidf("rate", "rate %s: %s or %s? Below 1 it needs the sign %%", strings.TrimSpace(s), r, 100*r)
	}
	return Rate(n), nil
}

// String is the rate as ParseRate reads it: "12.5%".
func (r Rate) String() string {
	s := strconv.FormatInt(int64(r)/wholePercent, 10)
	if rest := int64(r) % wholePercent; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(wholePercent+rest, 10)[1:], "0")
	}
	return s + "%"
}

// Of is the share of an amount in minor units, rounded; a half goes away from zero.
func (r Rate) Of(amount int64) int64 {
	n := new(big.Int).Mul(big.NewInt(amount), big.NewInt(int64(r)))
	negative := n.Sign() < 0
	n.Abs(n).Add(n, big.NewInt(wholeRate/2)).Quo(n, big.NewInt(wholeRate))
	if negative {
		n.Neg(n)
	}
	return n.Int64()
}

// MarshalText writes the rate as String does.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// LineKind says why a statement has a line.
type LineKind string

// The kinds of lines.
const (
	LineSale   LineKind = "sale"
	LineRefund LineKind = "refund" // of tickets that a line before has, in this period or an earlier one
	LineVoid   LineKind = "void"   // the same
	LineChange LineKind = "change" // of the price, the event, the credit, or back from a refund
)

// StatementLine is what was booked at one moment for the tickets of one type in one order.
type StatementLine struct {
	At        time.Time     `json:"at"` // of a sale the order's, unless its period was final by then
	Kind      LineKind      `json:"kind"`
	Checkout  string        `json:"checkout"`
	Order     string        `json:"order"`
	Event     string        `json:"event"`
	Type      string        `json:"type"`
	Tickets   int64         `json:"tickets"` // negative where they are taken back
	Currency  string        `json:"currency"`
	FaceValue int64         `json:"face_value"`
	Paid      *int64        `json:"paid"`   // nil where the checkout does not say
	Base      StatementBase `json:"base"`   // what Amount is
	Amount    int64         `json:"amount"` // that the share is taken of
	Share     *int64        `json:"share"`  // what Amount adds to the order's share at the rate, which is rounded; nil without a rate
}

// StatementBefore is what was booked of an order before the period of a statement that has lines
// of it, in one currency.
type StatementBefore struct {
	Checkout, Order, Currency string
	FaceValue                 int64  // of these tickets
	Paid                      *int64 // nil where the checkout does not say
}

// Statement is what a link sold in a period.
type Statement struct {
	Link     string          `json:"link"`
	Name     string          `json:"name"`
	Client   string          `json:"client"`
	From     string          `json:"from"`
	To       string          `json:"to"`
	Timezone string          `json:"timezone"`
	Rule     Rule            `json:"rule"` // of the client when it was drawn up, as the window
	Window   Window          `json:"window"`
	Base     StatementBase   `json:"base"`
	Rate     *Rate           `json:"rate"`
	Final    bool            `json:"final"`    // it never changes any more
	DrawnAt  time.Time       `json:"drawn_at"` // for the first time, where it is final
	Lines    []StatementLine `json:"lines"`    // by time

	Before []StatementBefore `json:"-"` // of the orders that have lines and were booked before

	Tickets   int64  `json:"tickets"`
	FaceValue Money  `json:"face_value"`
	Amount    Money  `json:"amount"`
	Share     Money  `json:"share"`        // the sum of the lines' shares
	Unpaid    int64  `json:"without_paid"` // lines whose amount is the list price, since the checkout does not say what was paid
	SHA256    string `json:"sha256"`       // of the lines as CSV
}

// amount is what the share is taken of, and of which base it is.
func (s *Statement) amount(face int64, paid *int64) (int64, StatementBase) {
	if s.Base == BasePaid && paid != nil {
		return *paid, BasePaid
	}
	return face, BaseFace
}

// Reckon fills in what follows from the lines: their amounts and shares, and the totals. A line
// has the share of all that was booked of its order with it, less the share of what was booked
// before it. So the shares of an order always add up to the share of what is left of it, over
// consecutive statements too.
func (s *Statement) Reckon() {
	type order struct{ checkout, id, currency string }
	sums := map[order]int64{}
	for _, b := range s.Before {
		amount, _ := s.amount(b.FaceValue, b.Paid)
		sums[order{b.Checkout, b.Order, b.Currency}] += amount
	}
	s.Tickets, s.Unpaid, s.FaceValue, s.Amount, s.Share = 0, 0, nil, nil, nil
	for i := range s.Lines {
		l := &s.Lines[i]
		l.Share = nil
		if l.Amount, l.Base = s.amount(l.FaceValue, l.Paid); l.Base != cmp.Or(s.Base, BaseFace) {
			s.Unpaid++
		}
		s.Tickets += l.Tickets
		s.FaceValue.Add(l.Currency, l.FaceValue)
		s.Amount.Add(l.Currency, l.Amount)
		if s.Rate != nil {
			of := order{l.Checkout, l.Order, l.Currency}
			before := sums[of]
			sums[of] += l.Amount
			share := s.Rate.Of(sums[of]) - s.Rate.Of(before)
			l.Share = &share
			s.Share.Add(l.Currency, share)
		}
	}
}
