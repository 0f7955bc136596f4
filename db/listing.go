package db

import (
	"database/sql"
	"strconv"

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

// idList is a list that runs by the ids of its rows.
type idList struct {
	list    model.List
	from    string   // FROM …, with args
	where   string   // what must hold, with args
	id      string   // the column of the ids
	columns []string // of text, which are searched
	args    []any
}

// part is the query of a part of the list with what it selects, one row more than the
// limit, and the query of how many there are and how many come before the part.
func (c *conn) part(l idList, selected string, p model.Paging) (items, counted string, args []any, err error) {
	where := l.where
	for _, word := range model.SearchWords(p.Search) {
		where += ` AND ` + c.like(&l.args, word, l.columns...)
	}
	beyond, order := ` < `, ` DESC`
	if p.Up {
		beyond, order = ` > `, ` ASC`
	}
	before := `false`
	counted = where
	if p.Before != "" {
		at, err := model.ParseIDCursor(l.list, p.Before)
		if err != nil {
			return "", "", nil, err
		}
		after := l.id + beyond + next(&l.args, at)
		where, before = where+` AND `+after, `NOT `+after
	}
	items = `SELECT ` + selected + l.from + ` WHERE ` + where + ` ORDER BY ` + l.id + order + ` LIMIT ` + strconv.Itoa(bounded(p.Limit)+1)
	return items, `SELECT count(*), count(CASE WHEN ` + before + ` THEN 1 END)` + l.from + ` WHERE ` + counted, l.args, nil
}

// readPart reads a part of a list that runs by ids.
func readPart[T any](c *conn, l idList, selected string, p model.Paging, scan func(*sql.Rows) (T, error), id func(*T) int64) (page model.Listing[T], err error) {
	items, counted, args, err := c.part(l, selected, p)
	if err != nil {
		return page, err
	}
	err = c.each(func(r *sql.Rows) error {
		item, err := scan(r)
		page.Items = append(page.Items, item)
		return err
	}, items, args...)
	if err != nil {
		return page, err
	}
	if limit := bounded(p.Limit); len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = model.IDCursor(l.list, id(&page.Items[limit-1]))
	}
	if p.Before == "" && page.Next == "" {
		page.Total = int64(len(page.Items))
		return page, nil
	}
	return page, c.row(counted, args...).Scan(&page.Total, &page.First)
}

// counted is the one number that a query returns.
func (c *conn) counted(query string, args []any) (n int64, err error) {
	err = c.row(query, args...).Scan(&n)
	return n, err
}
