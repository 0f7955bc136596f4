package db

import "strconv"

// Ids that a query is given, all as one parameter, so that it is one text for any number of
// them.

// among is that the column is one of the ids.
func (c *conn) among(args *[]any, column string, ids []int64) string {
	if c.s.shared != nil {
		return column + ` IN (SELECT unnest(` + next(args, ids) + `::bigint[]))`
	}
	list := append(make([]byte, 0, 8*len(ids)+2), '[')
	for i, id := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, id, 10)
	}
	return column + ` IN (SELECT value FROM json_each(` + next(args, string(append(list, ']'))) + `))`
}

// tested is a condition that is asked of each row as it is read. Of an IN or EXISTS that stands
// alone PostgreSQL makes a join by what it guesses of both sides: before it has statistics, or
// with a plan for any parameters, it went through all ids for each row, which took 20 s for
// 100,000 orders of 2,500 kinds.
func (c *conn) tested(condition string) string {
	if c.s.shared == nil {
		return `(` + condition + `)`
	}
	return `((` + condition + `) IS TRUE)`
}

// What a slot says of the kinds in it.
const (
	slotOut   = 1
	slotIn    = 2
	slotMixed = slotIn | slotOut
)

// ofKinds is that the order p is of one of the kinds; all are those of the client, and both
// are sorted. It is asked of every order of a list, so for SQLite, whose IN walks a tree for
// each, the kinds are a table by their last bits: the numbers of kinds are digests. Kinds
// that share a slot with others are few, and are compared one by one.
func (c *conn) ofKinds(args *[]any, kinds, all []int64) string {
	switch {
	case len(kinds) == len(all):
		return `true`
	case c.s.shared != nil:
		return c.among(args, "p.kind", kinds)
	}
	size := int64(256)
	for size < 16*int64(len(all)) {
		size *= 2
	}
	slots := make([]byte, size)
	at := func(kind int64) *byte { return &slots[kind&(size-1)] }
	rest := kinds
	for _, kind := range all {
		if len(rest) > 0 && rest[0] == kind {
			*at(kind) |= slotIn
			rest = rest[1:]
		} else {
			*at(kind) |= slotOut
		}
	}
	var mixed []int64
	for _, kind := range kinds {
		if *at(kind) == slotMixed {
			mixed = append(mixed, kind)
		}
	}
	slot := `substr(` + next(args, slots) + `, (p.kind & ` + strconv.FormatInt(size-1, 10) + `) + 1, 1)`
	if mixed == nil {
		return slot + ` = x'02'`
	}
	return `CASE ` + slot + ` WHEN x'02' THEN true WHEN x'03' THEN ` + c.among(args, "p.kind", mixed) + ` ELSE false END`
}
