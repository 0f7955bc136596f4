package db

import "lastclick/model"

// applyScan keeps the latest scan fact of a ticket, also before its order comes (R14).
// Of two facts at the same moment the scan holds, whatever their order of arrival.
func (u *unit) applyScan(k checkout, w model.Webhook) result {
	in := w.Scan
	s := u.scan(key{k.id, in.Ticket})
	fact := scanFact{at: millis(in.At), scanned: in.Scanned, known: true}
	o := model.Outcome{Status: model.Applied, Ticket: in.Ticket}
	switch {
	case fact == s.now:
		o.Status = model.Duplicate
	case s.now.known && (fact.at < s.now.at || fact.at == s.now.at && !fact.scanned):
		o.Status = model.Stale
	default:
		replace(u, &s.now, fact)
	}
	return result{outcome: o}
}
