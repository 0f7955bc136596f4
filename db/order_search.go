package db

import (
	"slices"
	"strings"
	"unicode/utf8"

	"lastclick/model"
)

// allReasons are those that a ticket may have.
var allReasons = append([]model.Reason{model.ReasonLastClick, model.ReasonCode, model.ReasonCoupon}, model.UnattributedReasons...)

// searchWord is a word that is searched for, and what it names beside texts.
type searchWord struct {
	text      string
	reasons   []model.Reason
	customers []int64 // of an admin's search alone
}

// searchWords are the words with what they name.
func (c *conn) searchWords(words []string, customers bool) (list []searchWord, err error) {
	for _, text := range words {
		w := searchWord{text: text}
		for _, r := range allReasons {
			if r.Holds(text) {
				w.reasons = append(w.reasons, r)
			}
		}
		if customers {
			buyer, err := c.namedBuyer(model.Buyer{Word: text})
			if err != nil && model.KindOf(err) != model.Invalid {
				return nil, err
			}
			for _, row := range buyer.rows {
				w.customers = append(w.customers, row.id)
			}
		}
		list = append(list, w)
	}
	return list, nil
}

// condition is that the order p holds the word, in its id or in its kind; $1 is the client.
// Each SELECT is read once.
func (w searchWord) condition(args *[]any) string {
	var patterns []string
	for _, p := range model.SearchPatterns(w.text) {
		patterns = append(patterns, next(args, "%"+p+"%"))
	}
	like := func(columns ...string) string {
		var any []string
		for _, column := range columns {
			for _, p := range patterns {
				any = append(any, `lower(`+column+`) LIKE `+p+` ESCAPE '\'`)
			}
		}
		return `(` + strings.Join(any, ` OR `) + `)`
	}
	kind := like(`q.type`) + `
		OR q.link_id IN (SELECT id FROM links WHERE client_id = $1 AND ` + like(`code`, `name`) + `)
		OR q.link_id IN (SELECT b.link_id FROM aliases b WHERE b.removed_at IS NULL AND ` + like(`b.alias`) + `)
		OR q.event_id IN (SELECT id FROM events WHERE client_id = $1 AND ` + like(`slug`, `name`) + `)
		OR (q.event_id, q.type) IN (SELECT y.event_id, y.type FROM ticket_types y JOIN events e ON e.id = y.event_id WHERE e.client_id = $1 AND ` + like(`y.name`) + `)`
	if len(w.reasons) > 0 {
		kind += ` OR q.reason IN (` + nextAll(args, w.reasons) + `)`
	}
	id := `lower(order_id) = ` + next(args, strings.ToLower(w.text))
	if utf8.RuneCountInString(w.text) >= model.MinIDPart {
		id = like(`order_id`)
	}
	all := `(p.kind IN (SELECT q.kind FROM order_kinds q WHERE q.client_id = $1 AND (` + kind + `)) OR p.order_id IN (SELECT id FROM orders WHERE ` + id + `)`
	if len(w.customers) > 0 {
		all += ` OR p.order_id IN (SELECT id FROM orders WHERE customer_id IN (` + nextAll(args, w.customers) + `))`
	}
	return all + `)`
}

// nextAll is next of all values.
func nextAll[T any](args *[]any, values []T) string {
	var names []string
	for v := range slices.Values(values) {
		names = append(names, next(args, v))
	}
	return strings.Join(names, ", ")
}
