package db

import "lastclick/model"

// applyScan keeps the latest scan fact of a ticket, also before its order comes (R14).
// Of two facts at the same moment the scan holds, whatever their order of arrival.
func (t *tx) applyScan(k checkout, w model.Webhook) (result, error) {
	in := w.Scan
	var order int64
	err := t.row(`SELECT order_id FROM tickets WHERE checkout_id = $1 AND ticket_id = $2`, k.id, in.Ticket).Scan(&order)
	if err != nil && !isNoRows(err) {
		return result{}, err
	}
	m, err := t.measure(order)
	if err != nil {
		return result{}, err
	}
	n, err := t.exec(`INSERT INTO scans (checkout_id, ticket_id, at, scanned) VALUES ($1, $2, $3, $4)
		ON CONFLICT (checkout_id, ticket_id) DO UPDATE SET at = excluded.at, scanned = excluded.scanned
		WHERE excluded.at > scans.at OR excluded.at = scans.at AND excluded.scanned > scans.scanned`,
		k.id, in.Ticket, millis(in.At), flag(in.Scanned))
	if err != nil {
		return result{}, err
	}
	o := model.Outcome{Status: model.Applied, Ticket: in.Ticket}
	if n > 0 {
		return result{outcome: o}, t.updateSums(m, order, shift{})
	}
	var same int64
	err = t.row(`SELECT count(*) FROM scans WHERE checkout_id = $1 AND ticket_id = $2 AND at = $3 AND scanned = $4`,
		k.id, in.Ticket, millis(in.At), flag(in.Scanned)).Scan(&same)
	if o.Status = model.Stale; same > 0 {
		o.Status = model.Duplicate
	}
	return result{outcome: o}, err
}
