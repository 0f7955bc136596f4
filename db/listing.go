package db

import (
	"math"

	"lastclick/model"
)

// This file holds what the lists that can be cut share.

// bounded is a list's length: DefaultLimit for none, at most MaxLimit.
func bounded(limit int) int {
	if limit <= 0 {
		return model.DefaultLimit
	}
	return min(limit, model.MaxLimit)
}

// beforeID is the id that all of a list lie below; an empty cursor is the beginning.
func beforeID(list model.List, cursor string) (int64, error) {
	if cursor == "" {
		return math.MaxInt64, nil
	}
	return model.ParseIDCursor(list, cursor)
}

// listing is the part of a list that was read from before on, with one item more than
// limit to see whether there are more. count is only called where what was read does not
// tell the total; nil leaves it unknown.
func listing[T any](items []T, before string, limit int, cursor func(*T) string, count func() (int64, error)) (model.Listing[T], error) {
	page := model.Listing[T]{Items: items}
	if len(items) > limit {
		page.Items = items[:limit]
		page.Next = cursor(&items[limit-1])
	}
	var err error
	switch {
	case before == "" && page.Next == "":
		page.Total = int64(len(items))
	case count != nil:
		page.Total, err = count()
	}
	return page, err
}

// counted is the one number that a query returns.
func (c *conn) counted(query string, args []any) (n int64, err error) {
	err = c.row(query, args...).Scan(&n)
	return n, err
}
