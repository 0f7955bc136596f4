package db

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// sellOne makes a store in which kim, who had clicked on bea and then on ana, bought one
// ticket.
func sellOne(t *testing.T) *Store {
	t.Helper()
	s := openTest(t, Options{})
	ctx := t.Context()
	_, err := s.AddLink(ctx, admin, model.NewLink{Name: "Bea", Email: "bea@example.com", Code: "bea"})
	must(t, err)
	_, err = s.AddEvent(ctx, admin, model.NewEvent{Slug: "summerfest", Name: "S", URL: "https://s.example/"})
	must(t, err)
	_, err = s.AddCheckout(ctx, admin, model.NewCheckout{Name: "box"})
	must(t, err)
	k, _ := s.CheckoutByName("box")
	placed := time.Date(2025, 6, 1, 10, 0, 0, 0, time.UTC)
	receipt := s.Receipts().Sign(model.Receipt{}.Clicked(2, placed.Add(-time.Hour)).Clicked(1, placed.Add(-time.Minute)), placed)
	body := fmt.Appendf(nil, `{"type":"order.placed","data":{"id":"A-1","version":1,"placed_at":"2025-06-01T10:00:00Z","currency":"GBP","customer":{"id":"kim"},"tracking":{"receipt":%q},
		"tickets":[{"id":"T-1","event":"summerfest","type":"ga","face_value":4500}]}}`, receipt)
	hook, err := model.ParseWebhook(body, time.Now())
	must(t, err)
	_, err = s.Receive(ctx, model.Delivery{Checkout: k.ID, WebhookID: "msg", Body: body, Webhook: hook})
	must(t, err)
	s.Click(model.Click{Link: 1, At: placed})
	return s
}

// Check names every column that does not hold, one line each.
func TestCheck_R22_Tampered_OneLineADifference(t *testing.T) {
	s := sellOne(t)
	ctx := t.Context()
	run := func(statement string) {
		t.Helper()
		must(t, s.update(ctx, func(tx *tx) error { _, err := tx.exec(statement); return err }))
	}
	places, err := read(ctx, s, func(c *conn) (hex string, err error) {
		err = c.row(`SELECT hex(places) FROM customers`).Scan(&hex)
		return hex, err
	})
	must(t, err)
	undoPlaces := `UPDATE customers SET places = x'` + places + `'`
	const (
		ofAna   = `(SELECT id FROM cells WHERE link_id = 1 AND event_id = 0)`
		ofType  = `(SELECT id FROM cells WHERE link_id = 1 AND type = 'ga')`
		ofTotal = `(SELECT id FROM cells WHERE link_id = 0 AND event_id = 0)`
	)
	for _, tt := range []struct{ tamper, undo, want string }{
		{`UPDATE cell_sums SET tickets = 7 WHERE cell_id = ` + ofType, `UPDATE cell_sums SET tickets = 1`, "link ana · summerfest · ga · GBP: tickets: kept 7, the facts give 1"},
		{`UPDATE cell_sums SET orders = 0 WHERE cell_id = ` + ofTotal, `UPDATE cell_sums SET orders = 1`, "client acme · total · GBP: orders: kept 0, the facts give 1"},
		{`UPDATE cell_sums SET refunded_face = 5 WHERE cell_id = ` + ofTotal, `UPDATE cell_sums SET refunded_face = 0`, "client acme · total · GBP: refunded face value: kept 5, the facts give 0"},
		{`INSERT INTO cell_sums SELECT cell_id, 'EUR', 0, 0, 0, 1, 0, 0, 0 FROM cell_sums WHERE cell_id = ` + ofAna, `DELETE FROM cell_sums WHERE currency = 'EUR'`, "link ana · EUR: scanned: kept 1, the facts give 0"},
		{`INSERT INTO cell_sums SELECT cell_id, 'EUR', 0, 0, 0, 0, 0, 0, 0 FROM cell_sums WHERE cell_id = ` + ofAna, `DELETE FROM cell_sums WHERE currency = 'EUR'`, ""},
		{`UPDATE cell_days SET face_value = 1 WHERE cell_id = ` + ofAna, `UPDATE cell_days SET face_value = 4500`, "link ana on 2025-06-01 · GBP: face value: kept 1, the facts give 4500"},
		{`INSERT INTO cell_days SELECT cell_id, 20239, currency, 0, 3, 0, 0, 0, 0, 0 FROM cell_days WHERE cell_id = ` + ofAna, `DELETE FROM cell_days WHERE day = 20239`, "link ana on 2025-05-31 · GBP: new customers: kept 3, the facts give 0"},
		{`UPDATE cells SET customers = 2 WHERE type = 'ga'`, `UPDATE cells SET customers = 1`, "link ana · summerfest · ga: customers: kept 2, the facts give 1"},
		{`INSERT INTO cells SELECT 99, client_id, link_id, 'x', 0, '', 1 FROM cells LIMIT 1`, `DELETE FROM cells WHERE id = 99`, "client acme · x: customers: kept 1, the facts give 0"},
		{`UPDATE cell_buyers SET customers = 3 WHERE cell_id = ` + ofAna, `UPDATE cell_buyers SET customers = 1`, "link ana on 2025-06-01, never before: customers: kept 3, the facts give 1"},
		{`DELETE FROM cell_buyers WHERE cell_id = ` + ofAna, `INSERT INTO cell_buyers SELECT id, 20240, -1000000, 1 FROM cells WHERE id = ` + ofAna, "link ana on 2025-06-01, never before: customers: kept 0, the facts give 1"},
		{`INSERT INTO cell_buyers SELECT id, 20240, 20239, 1 FROM cells WHERE id = ` + ofAna, `DELETE FROM cell_buyers WHERE before = 20239`, "link ana on 2025-06-01, before on 2025-05-31: customers: kept 1, the facts give 0"},
		{`UPDATE customers SET places = x''`, undoPlaces, "customer 1: places: kept 0 that are wrong, the facts give 5 others"},
		{`UPDATE customers SET places = x'01'`, undoPlaces, "customer 1: places: kept the places of a customer are damaged"},
		{`UPDATE customers SET first_order = NULL; UPDATE order_lists SET marks = 2`, `UPDATE customers SET first_order = 1; UPDATE order_lists SET marks = 1`, "customer 1: row of the first order: kept 0, the facts give 1"},
		{`UPDATE link_overlaps SET orders = 0 WHERE winner = 0`, `UPDATE link_overlaps SET orders = 1`, "link bea · assists: orders: kept 0, the facts give 1"},
		{`DELETE FROM link_overlaps WHERE winner = 1`, `INSERT INTO link_overlaps VALUES (1, 2, 1)`, "link ana took over from link bea: orders: kept 0, the facts give 1"},
		{`INSERT INTO link_overlaps VALUES (2, 1, 1)`, `DELETE FROM link_overlaps WHERE winner = 2`, "link bea took over from link ana: orders: kept 1, the facts give 0"},
		{`DELETE FROM order_lists WHERE link_id = 1`, `INSERT INTO order_lists SELECT client_id, 1, placed_at, order_id, tickets, face_value, currency, code, kind, marks FROM order_lists`, "link ana: list of orders: kept 0 that are wrong, the facts give 1 others"},
		{`UPDATE order_lists SET placed_at = 5 WHERE link_id = -1`, `UPDATE order_lists SET placed_at = (SELECT placed_at FROM orders)`, "client acme · total: list of all orders: kept 1 that are wrong, the facts give 1 others"},
		{`INSERT INTO order_lists SELECT client_id, 0, placed_at, order_id, tickets, face_value, currency, code, kind, marks FROM order_lists WHERE link_id = 1`, `DELETE FROM order_lists WHERE link_id = 0`, "client acme · total: list of orders without a link: kept 1 that are wrong, the facts give 0 others"},
		{`UPDATE order_lists SET tickets = 2 WHERE link_id = 1`, `UPDATE order_lists SET tickets = 1`, "link ana: what the list 1 is sorted and searched by: kept 1 orders that are wrong"},
		{`UPDATE order_lists SET code = 'bea' WHERE link_id = -1`, `UPDATE order_lists SET code = 'ana'`, "client acme · total: what the list -1 is sorted and searched by: kept 1 orders that are wrong"},
		{`UPDATE order_lists SET marks = 4 WHERE link_id = 1`, `UPDATE order_lists SET marks = 1`, "link ana: what the list 1 is sorted and searched by: kept 1 orders that are wrong"},
		{`UPDATE order_kind_sums SET orders = 3`, `UPDATE order_kind_sums SET orders = 1`, "client acme · total · kind "},
		{`UPDATE clients SET days_timezone = 'Nowhere'`, `UPDATE clients SET days_timezone = timezone`, "client acme: timezone of the days: kept Nowhere, the facts give Europe/London"},
		{`UPDATE click_sums SET clicks = 9`, `UPDATE click_sums SET clicks = 1`, "link ana: clicks: kept 9, the facts give 1"},
	} {
		run(tt.tamper)
		diffs, err := s.Check(ctx)
		must(t, err)
		if tt.want == "" && len(diffs) > 0 || tt.want != "" && (len(diffs) != 1 || !strings.HasPrefix(diffs[0].String(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.tamper, diffs, tt.want)
		}
		run(tt.undo)
	}
	diffs, err := s.Check(ctx)
	if err != nil || len(diffs) > 0 {
		t.Errorf("after all was undone: %v %v", diffs, err)
	}
}

// What is not in its place anywhere is named too.
func TestCheck_R22_RowsOfNoCell_Named(t *testing.T) {
	s := sellOne(t)
	for _, tt := range []struct{ tamper, want string }{
		{`INSERT INTO cell_days SELECT 99, day, currency, 1, 0, 0, 0, 0, 0, 0 FROM cell_days LIMIT 1`, "cell 99, which is not there: row"},
		{`INSERT INTO cell_buyers SELECT 98, 1, 1, 1`, "cell 98, which is not there: row"},
		{`UPDATE tickets SET reason = 'no_consent'`, "ticket T-1: reason: kept no_consent, the facts give no_click"},
		{`UPDATE order_kinds SET reason = 'code'`, "client acme · total: what the list -1 is sorted and searched by: kept 1 orders that are wrong"},
		{`UPDATE tickets SET checkout_id = 5`, "ticket T-1: checkout and client"},
	} {
		must(t, s.update(t.Context(), func(tx *tx) error { _, err := tx.exec(tt.tamper); return err }))
		diffs, err := s.Check(t.Context())
		must(t, err)
		found := false
		for _, d := range diffs {
			found = found || strings.HasPrefix(d.String(), tt.want)
		}
		if !found {
			t.Errorf("%s: %v, want %q among them", tt.tamper, diffs, tt.want)
		}
	}
}
