package db

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"lastclick/model"
)

// This file compares what salesRecount has counted with what is kept. A row that is not
// there is one of zeros.

func (s *salesRecount) compareTotals() error {
	return s.compareRows(s.totals, `SELECT cell_id, 0, currency, orders, new_customers, tickets, scanned, face_value, refunded, refunded_face FROM cell_sums ORDER BY cell_id, currency`)
}

func (s *salesRecount) compareDays() error {
	return s.compareRows(s.days, `SELECT cell_id, day, currency, orders, new_customers, tickets, scanned, face_value, refunded, refunded_face FROM cell_days ORDER BY cell_id, day, currency`)
}

// compareRows takes from facts what the kept rows hold; what is left is missing.
func (s *salesRecount) compareRows(facts map[recountedKey]*recounted, query string) error {
	type wrong struct {
		key         recountedKey
		kept, facts recounted
	}
	var list []wrong
	err := s.each(func(row *sql.Rows) error {
		var id, day int64
		var key recountedKey
		var kept, zero recounted
		err := row.Scan(&id, &day, &key.currency, &kept[0], &kept[1], &kept[2], &kept[3], &kept[4], &kept[5], &kept[6])
		key.day = int32(day)
		cell, ok := s.rows[id]
		if !ok {
			s.differRow(id, kept)
			return err
		}
		if key.cell = cell; !s.counted(cell) {
			return err
		}
		want := facts[key]
		if delete(facts, key); want == nil {
			want = &zero
		}
		if kept != *want {
			list = append(list, wrong{key, kept, *want})
		}
		return err
	}, query)
	if err != nil {
		return err
	}
	for _, key := range slices.SortedFunc(maps.Keys(facts), recountedKey.compare) {
		list = append(list, wrong{key: key, facts: *facts[key]})
	}
	for _, w := range list {
		suffix := ""
		if w.key.day != 0 {
			suffix = " on " + dateOf(int64(w.key.day))
		}
		for i, column := range saleColumns {
			if err := s.differCell(w.key.cell, suffix+" · "+w.key.currency, column, w.kept[i], w.facts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k recountedKey) compare(o recountedKey) int {
	return cmp.Or(cmp.Compare(k.cell, o.cell), cmp.Compare(k.day, o.day), cmp.Compare(k.currency, o.currency))
}

// differRow notes a row of a cell that is not there.
func (s *salesRecount) differRow(id int64, kept any) {
	s.differ(fmt.Sprintf("cell %d, which is not there", id), "row", kept, "none")
}

// differCell notes a column of a cell, if it differs.
func (s *salesRecount) differCell(cell int32, suffix, column string, kept, facts int64) error {
	if kept == facts {
		return nil
	}
	name, err := s.cellName(s.cells[cell].Bucket)
	s.differ(name+suffix, column, kept, facts)
	return err
}

func dateOf(day int64) string { return time.Unix(day*24*60*60, 0).UTC().Format(time.DateOnly) }

// dayIn is the last day that has begun at the moment.
func dayIn(loc *time.Location, ms int64) int32 {
	t := time.UnixMilli(ms).In(loc)
	y, m, d := t.Date()
	for ahead := 1; ; ahead-- {
		date := time.Date(y, m, d+ahead, 0, 0, 0, 0, time.UTC)
		if !model.StartOfDay(date, loc).After(t) {
			return int32(model.DayNumber(date))
		}
	}
}

// compareBuyers counts the customers of each cell by the days on which they came and were
// there before, and compares that with the rows of cell_buyers.
func (s *salesRecount) compareBuyers() error {
	slices.SortFunc(s.visits, visit.compare)
	type key struct{ cell, day, before int32 }
	facts := map[key]int64{}
	for i, v := range s.visits {
		before := int32(noDay)
		if i > 0 && s.visits[i-1].cell == v.cell && s.visits[i-1].customer == v.customer {
			if before = s.visits[i-1].day; before == v.day {
				continue
			}
		} else {
			s.cells[v.cell].customers++
		}
		facts[key{v.cell, v.day, before}]++
	}
	kept := map[key]int64{}
	err := s.each(func(row *sql.Rows) error {
		var id, customers int64
		var k key
		err := row.Scan(&id, &k.day, &k.before, &customers)
		cell, ok := s.rows[id]
		if k.cell = cell; !ok {
			s.differRow(id, customers)
		} else if s.counted(cell) && facts[k] != customers {
			kept[k] = customers
		} else if s.counted(cell) {
			delete(facts, k)
		}
		return err
	}, `SELECT cell_id, day, before, customers FROM cell_buyers`)
	if err != nil {
		return err
	}
	for k := range kept {
		facts[k] += 0 // its row differs, even where the facts have none
	}
	for _, k := range slices.SortedFunc(maps.Keys(facts), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.day, b.day), cmp.Compare(a.before, b.before))
	}) {
		suffix := " on " + dateOf(int64(k.day)) + ", never before"
		if k.before != noDay {
			suffix = " on " + dateOf(int64(k.day)) + ", before on " + dateOf(int64(k.before))
		}
		if err := s.differCell(k.cell, suffix, "customers", kept[k], facts[k]); err != nil {
			return err
		}
	}
	return nil
}

// comparePlaces compares the visits with the places that are kept with the customers.
func (s *salesRecount) comparePlaces() error {
	slices.SortFunc(s.visits, func(a, b visit) int { return cmp.Or(cmp.Compare(a.customer, b.customer), a.compare(b)) })
	rest := s.visits
	return s.each(func(row *sql.Rows) error {
		var id int64
		var kept []byte
		if err := row.Scan(&id, &kept); err != nil {
			return err
		}
		facts := map[place]bool{}
		for len(rest) > 0 && rest[0].customer <= id {
			v, n := rest[0], 1
			for n < len(rest) && rest[n] == v {
				n++
			}
			facts[place{s.cells[v.cell].row, int64(v.day), int64(n)}] = true
			rest = rest[n:]
		}
		list, err := parsePlaces(kept)
		if err != nil {
			s.differ(fmt.Sprintf("customer %d", id), "places", err, "some that can be read")
			return nil
		}
		wrong := int64(0)
		for _, p := range list {
			if cell, ok := s.rows[p.cell]; ok && !s.counted(cell) {
				continue
			}
			if !facts[p] {
				wrong++
			}
			delete(facts, p)
		}
		if wrong > 0 || len(facts) > 0 {
			n := s.wrong[id]
			if n == nil {
				n = &[2]int64{}
				s.wrong[id] = n
			}
			n[0], n[1] = n[0]+wrong, n[1]+int64(len(facts))
		}
		return nil
	}, `SELECT id, places FROM customers ORDER BY id`)
}
