package shop

import (
	"cmp"
	"slices"
)

// matchItems says which item of the order each attendee holds a unit of, as an index
// into Items for each of Attendees.
//
// Hi.Events writes the product of both, and the price (a tier of the product) of the
// attendee alone. So an item goes to the attendees of its product whose number is its
// quantity; with two such tiers the item and the tier that were made first belong
// together, as Hi.Events writes them in one order. Attendees who are left over, since the
// organizer has given them another product, hold what is left of the items: that is what
// was paid for them. Where that has several prices, or is too little, the order is an
// *Unmapped.
func (in hiOrder) matchItems() ([]int, error) {
	items, attendees := byID(in.Items, func(i hiItem) int64 { return i.ID }), byID(in.Attendees, func(a hiAttendee) int64 { return a.ID })
	slices.SortStableFunc(attendees, func(a, b int) int {
		return cmp.Compare(in.Attendees[a].PriceID, in.Attendees[b].PriceID)
	})
	left := make([]int, len(in.Items))
	for i, item := range in.Items {
		left[i] = item.Quantity
	}
	matched := make([]int, len(in.Attendees))
	for i := range matched {
		matched[i] = -1
	}
	for rest := attendees; len(rest) > 0; {
		n := 1
		for n < len(rest) && in.sameTier(rest[0], rest[n]) {
			n++
		}
		for _, i := range items {
			if in.Items[i].Product == in.Attendees[rest[0]].Product && left[i] == n {
				for _, a := range rest[:n] {
					matched[a] = i
				}
				left[i] = 0
				break
			}
		}
		rest = rest[n:]
	}
	sameProduct := func(a, i int) bool { return in.Items[i].Product == in.Attendees[a].Product }
	for _, a := range attendees {
		take(matched, left, a, items, sameProduct)
	}
	onePrice := in.onePrice(left)
	for _, a := range attendees {
		if !take(matched, left, a, items, func(int, int) bool { return onePrice }) {
			return nil, unmapped("payload.order_items", "do not tell what the attendee %d has cost, whose product is none of the order's", in.Attendees[a].ID)
		}
	}
	return matched, nil
}

// onePrice says whether all items of which units are left cost the same.
func (in hiOrder) onePrice(left []int) bool {
	first := -1
	for i, item := range in.Items {
		switch {
		case left[i] <= 0:
		case first < 0:
			first = i
		case item.Price != in.Items[first].Price || item.Before != in.Items[first].Before:
			return false
		}
	}
	return true
}

// take gives the attendee a, who has none yet, a unit of the first item that fits and has
// one left. It says whether the attendee has one now.
func take(matched, left []int, a int, items []int, fits func(a, i int) bool) bool {
	if matched[a] >= 0 {
		return true
	}
	for _, i := range items {
		if left[i] > 0 && fits(a, i) {
			matched[a] = i
			left[i]--
			return true
		}
	}
	return false
}

func (in hiOrder) sameTier(a, b int) bool {
	x, y := in.Attendees[a], in.Attendees[b]
	return x.Product == y.Product && x.PriceID == y.PriceID
}

// byID are the indexes of list in the order of their ids.
func byID[T any](list []T, id func(T) int64) []int {
	indexes := make([]int, len(list))
	for i := range indexes {
		indexes[i] = i
	}
	slices.SortStableFunc(indexes, func(a, b int) int { return cmp.Compare(id(list[a]), id(list[b])) })
	return indexes
}
