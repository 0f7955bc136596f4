package model

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"time"
)

// Listing is a list that may have been cut.
type Listing[T any] struct {
	Items []T
	Next  string // the cursor of the items that follow; empty where none does
	Total int64  // how many there are in all, before the cursor too
	First int64  // how many of them come before Items
}

// Paging says which part of a list is wanted.
type Paging struct {
	Before string // a Listing's Next: what follows it; empty for the beginning
	Limit  int    // at most that many items; 0 is DefaultLimit, the most is MaxLimit
	Search string // words, each of which an item must hold (SearchWords); empty: all items
	Up     bool   // the oldest first
}

// DefaultLimit is the length of a list without a limit.
const DefaultLimit = 50

// MaxLimit bounds the length of a list.
const MaxLimit = 10_000

// List names a list that can be cut, so that the cursor of one is refused by another.
type List byte

// The lists. The numbers stand in cursors that people keep.
const (
	OrderList List = 1
	InboxList List = 2
	AuditList List = 3
	// SortedOrderList is a list of orders that is not by time, the newest first.
	SortedOrderList List = 4
	// ArrivedOrders is orders in the order in which they came.
	ArrivedOrders List = 5
)

// OrderPlace is the place of an order in a list of orders (R25).
type OrderPlace struct {
	PlacedAt        time.Time // whole milliseconds
	Checkout, Order string    // the checkout's name, and its id of the order
}

// Cursor is the place as a word that ParseOrderCursor reads: what follows it in a list
// of orders stays the same while orders come and go before it.
func (p OrderPlace) Cursor() string {
	b := binary.AppendVarint(nil, p.PlacedAt.UnixMilli())
	b = binary.AppendUvarint(b, uint64(len(p.Checkout)))
	b = append(b, p.Checkout...)
	return cursor(OrderList, append(b, p.Order...))
}

// ParseOrderCursor reads what OrderPlace.Cursor wrote. Any other text is Invalid.
func ParseOrderCursor(s string) (p OrderPlace, err error) {
	b, err := content(OrderList, s)
	if err != nil {
		return p, err
	}
	ms, n := binary.Varint(b)
	if n <= 0 {
		return p, ErrCursor(s)
	}
	b = b[n:]
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return p, ErrCursor(s)
	}
	b = b[n:]
	return OrderPlace{time.UnixMilli(ms).UTC(), string(b[:length]), string(b[length:])}, nil
}

// IDCursor is the place of the item with the id in a list that runs by ids.
func IDCursor(list List, id int64) string { return cursor(list, binary.AppendVarint(nil, id)) }

// ParseIDCursor reads what IDCursor wrote for the same list. Any other text is Invalid.
func ParseIDCursor(list List, s string) (int64, error) {
	b, err := content(list, s)
	if err != nil {
		return 0, err
	}
	id, n := binary.Varint(b)
	if n != len(b) || n <= 0 {
		return 0, ErrCursor(s)
	}
	return id, nil
}

// cursor is the list, the content and a checksum that finds a cursor copied in part, in
// letters that no shell and no URL needs to quote.
func cursor(list List, content []byte) string {
	b := append([]byte{byte(list)}, content...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

func content(list List, s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") /* which the decoder skips */ || len(b) < 1+crc32.Size || b[0] != byte(list) {
		return nil, ErrCursor(s)
	}
	b, sum := b[:len(b)-crc32.Size], b[len(b)-crc32.Size:]
	if crc32.ChecksumIEEE(b) != binary.BigEndian.Uint32(sum) {
		return nil, ErrCursor(s)
	}
	return b[1:], nil
}

// ErrCursor refuses a cursor that the list does not take.
func ErrCursor(s string) error {
	return &Error{
		Kind: Invalid, Field: "before", Msg: "before does not take \"" + Truncate(Clean(s), 40) + "\"",
		Hint: "it takes the cursor that this list ended with where it was cut, \"next\" in its JSON",
	}
}
