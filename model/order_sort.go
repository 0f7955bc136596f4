package model

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// OrderSort is what a list of orders is sorted by. Orders that are equal in it are by
// PlacedAt, the checkout's name and the order's id (R25), in the same direction.
type OrderSort string

// What lists of orders are sorted by.
const (
	SortPlaced  OrderSort = "placed"
	SortTickets OrderSort = "tickets"    // live ones of the client
	SortFace    OrderSort = "face_value" // of these; by the currency first: amounts of two are never compared
	SortLink    OrderSort = "link"       // the first code that holds a ticket; orders without one come after z
)

// NoLink stands for the code of an order without a link where lists are sorted by it.
const NoLink = "~"

// OrderSorts are all of them; the first is usual.
var OrderSorts = []OrderSort{SortPlaced, SortTickets, SortFace, SortLink}

// ParseOrderSort reads a sort; empty is the usual one.
func ParseOrderSort(s string) (OrderSort, error) {
	by := OrderSort(strings.ToLower(s))
	if s == "" {
		return SortPlaced, nil
	}
	if !slices.Contains(OrderSorts, by) {
		words := make([]string, len(OrderSorts))
		for i, o := range OrderSorts {
			words[i] = string(o)
		}
		return "", Invalidf("sort", "sort %q is none of %s", Truncate(Clean(s), 40), strings.Join(words, ", "))
	}
	return by, nil
}

// SortedPlace is the place of an order in a list that is sorted by something.
type SortedPlace struct {
	OrderPlace
	Sort   OrderSort
	Up     bool   // the least, and the oldest, come first
	Word   string // the currency or the code that it is sorted by
	Amount int64  // the tickets or the face value
}

// PlaceOf is the place of the order in a list that is sorted so.
func PlaceOf(o *OrderSummary, by OrderSort, up bool) SortedPlace {
	p := SortedPlace{OrderPlace: OrderPlace{PlacedAt: o.PlacedAt, Checkout: o.Checkout, Order: o.ID}, Sort: by, Up: up}
	switch by {
	case SortTickets:
		p.Amount = o.Tickets
	case SortFace:
		if c := o.FaceValue.Currencies(); len(c) > 0 { // an order has one
			p.Word, p.Amount = c[0], o.FaceValue[c[0]]
		}
	case SortLink:
		if p.Word = NoLink; len(o.Links) > 0 {
			p.Word = o.Links[0]
		}
	default:
		p.Sort = SortPlaced
	}
	return p
}

// Cursor is the place as a word that ParseSortedCursor reads.
func (p SortedPlace) Cursor() string {
	if p.Sort == SortPlaced && !p.Up {
		return p.OrderPlace.Cursor()
	}
	b := []byte{byte(slices.Index(OrderSorts, p.Sort) & 0xff), 0}
	if p.Up {
		b[1] = 1
	}
	b = binary.AppendVarint(b, p.Amount)
	b = appendWord(b, p.Word)
	b = binary.AppendVarint(b, p.PlacedAt.UnixMilli())
	b = appendWord(b, p.Checkout)
	return cursor(SortedOrderList, append(b, p.Order...))
}

// ParseSortedCursor reads what SortedPlace.Cursor wrote. Any other text is Invalid.
func ParseSortedCursor(s string) (p SortedPlace, err error) {
	if p.OrderPlace, err = ParseOrderCursor(s); err == nil {
		p.Sort = SortPlaced
		return p, nil
	}
	b, err := content(SortedOrderList, s)
	if err != nil {
		return SortedPlace{}, err
	}
	if len(b) < 2 || int(b[0]) >= len(OrderSorts) || b[1] > 1 {
		return SortedPlace{}, ErrCursor(s)
	}
	p.Sort, p.Up, b = OrderSorts[b[0]], b[1] == 1, b[2:]
	r := cursorReader{rest: b}
	p.Amount, p.Word = r.number(), r.word()
	p.PlacedAt, p.Checkout = time.UnixMilli(r.number()).UTC(), r.word()
	if p.Order = string(r.rest); r.failed || p.Sort == SortPlaced && !p.Up {
		return SortedPlace{}, ErrCursor(s)
	}
	return p, nil
}

func appendWord(b []byte, word string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(word))), word...)
}

// cursorReader reads numbers and words from the front of rest.
type cursorReader struct {
	rest   []byte
	failed bool
}

func (r *cursorReader) number() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *cursorReader) word() string {
	b := r.rest
	length, n := binary.Uvarint(b)
	if n <= 0 {
		r.failed = true
		return ""
	}
	if b = b[n:]; length > uint64(len(b)) {
		r.failed = true
		return ""
	}
	r.rest = b[length:]
	return string(b[:length])
}
