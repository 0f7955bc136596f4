package db

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// noDay stands for the day before a customer's first one in a cell. Every day of the
// years that times may have lies after it.
const noDay = -1_000_000

// place says that a customer has so many orders with a live ticket in a cell on a day.
type place struct {
	cell, day int64
	orders    int64 // never 0
}

// places are a customer's, sorted by cell and day.
type places []place

// buyerDay is a row of cell_buyers but for its cell: a day on which customers were in the
// cell, and the day on which they were there before.
type buyerDay struct{ day, before int64 }

var errPlaces = errors.New("the places of a customer are damaged: run check")

// parsePlaces reads what encode wrote: for each place the distance of its cell to the
// one before, its day (where the cell is the same, the distance), and its orders.
func parsePlaces(b []byte) (places, error) {
	var list places
	var last place
	for len(b) > 0 {
		cell, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errPlaces
		}
		day, m := binary.Varint(b[n:])
		if m <= 0 {
			return nil, errPlaces
		}
		orders, o := binary.Uvarint(b[n+m:])
		if o <= 0 {
			return nil, errPlaces
		}
		if cell == 0 {
			day += last.day
		}
		last = place{last.cell + int64(cell), day, int64(orders)}
		list = append(list, last)
		b = b[n+m+o:]
	}
	return list, nil
}

func (p places) encode() []byte {
	b := make([]byte, 0, 6*len(p))
	var last place
	for _, x := range p {
		day := x.day
		if x.cell == last.cell {
			day -= last.day
		}
		b = binary.AppendUvarint(b, uint64(x.cell-last.cell))
		b = binary.AppendVarint(b, day)
		b = binary.AppendUvarint(b, uint64(x.orders))
		last = x
	}
	return b
}

// add adds n orders (or takes them away) and returns the places that hold then. It
// calls move for every row of the cell in cell_buyers that the customer enters or
// leaves, and says by how many customers the cell has grown: -1, 0 or 1.
func (p places) add(cell, day, n int64, move func(b buyerDay, customers int64)) (places, int64) {
	if n == 0 {
		return p, 0
	}
	i, found := slices.BinarySearchFunc(p, place{cell: cell, day: day}, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.day, b.day))
	})
	if found && p[i].orders+n != 0 {
		p[i].orders += n
		return p, 0
	}
	sign := int64(1) // the customer comes to the day
	if found {
		sign = -1
		p = slices.Delete(p, i, i+1)
	}
	before, alone := int64(noDay), true
	if i > 0 && p[i-1].cell == cell {
		before, alone = p[i-1].day, false
	}
	if i < len(p) && p[i].cell == cell {
		alone = false
		move(buyerDay{p[i].day, before}, -sign)
		move(buyerDay{p[i].day, day}, sign)
	}
	move(buyerDay{day, before}, sign)
	if !found {
		p = slices.Insert(p, i, place{cell, day, n})
	}
	if alone {
		return p, sign
	}
	return p, 0
}
