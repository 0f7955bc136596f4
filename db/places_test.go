package db

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The rows of cell_buyers that add moves give the distinct customers of every range, as a
// count of the facts does; and encode keeps the places as they are.
func TestPlaces_AnyRange_DistinctCustomersOfTheFacts(t *testing.T) {
	const cells, days, customers = 3, 8, 4
	rapid.Check(t, func(t *rapid.T) {
		var kept [customers]places
		var facts [customers][cells][days]int64
		var buyers [cells]map[buyerDay]int64
		var totals [cells]int64
		for i := range buyers {
			buyers[i] = map[buyerDay]int64{}
		}
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			customer := rapid.IntRange(0, customers-1).Draw(t, "customer")
			cell := rapid.IntRange(0, cells-1).Draw(t, "cell")
			day := rapid.IntRange(0, days-1).Draw(t, "day")
			n := rapid.Int64Range(-facts[customer][cell][day], 3).Draw(t, "orders")
			facts[customer][cell][day] += n
			p, grown := kept[customer].add(int64(cell), int64(day-4), n, func(b buyerDay, k int64) { buyers[cell][b] += k })
			totals[cell] += grown
			read, err := parsePlaces(p.encode())
			if err != nil || !slices.Equal(read, p) {
				t.Fatalf("%v is read as %v, %v", p, read, err)
			}
			kept[customer] = read
		}
		for cell := range cells {
			for from := range days {
				for to := from; to < days; to++ {
					var want, got int64
					for customer := range customers {
						if slices.Max(facts[customer][cell][from:to+1]) > 0 {
							want++
						}
					}
					for b, n := range buyers[cell] {
						if int64(from-4) <= b.day && b.day <= int64(to-4) && b.before < int64(from-4) {
							got += n
						}
					}
					if got != want {
						t.Fatalf("cell %d, days %d to %d: %d customers, the facts give %d", cell, from, to, got, want)
					}
					if from == 0 && to == days-1 && totals[cell] != want {
						t.Fatalf("cell %d: %d customers in all, the facts give %d", cell, totals[cell], want)
					}
				}
			}
		}
	})
}

func TestParsePlaces_Damaged_Error(t *testing.T) {
	whole := places{{1, 20500, 1}, {1, 20501, 2}, {9, -3, 1}}.encode()
	for n := 1; n < len(whole); n++ {
		if n%3 == 0 {
			continue // may be the end of a place
		}
		if p, err := parsePlaces(whole[:n]); err == nil && len(p.encode()) != n {
			t.Errorf("the first %d of %d bytes are read as %v", n, len(whole), p)
		}
	}
}
