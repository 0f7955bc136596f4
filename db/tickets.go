package db

import (
	"slices"

	"lastclick/model"
)

// judgeTickets are the tickets of the order's new version, with the verdicts of those
// that R8 wants judged now. Tickets that the new version leaves out stay as void ones,
// not listed, so that their ids keep their order and their verdicts.
func (u *unit) judgeTickets(in *model.Order, row, before *orderRow, events []*event) []ticket {
	var kept []ticket
	if before != nil {
		kept = before.tickets
	}
	j := &judge{u: u, sale: in, row: row, kept: kept}
	list := make([]ticket, len(kept), len(kept)+len(in.Tickets))
	at := make(map[string]int, len(kept))
	for i, t := range kept {
		at[t.id] = i
		t.listed, t.status = false, model.Void
		list[i] = t
	}
	for i, sold := range in.Tickets {
		t := ticket{
			id: sold.ID, n: len(list), listed: true, typ: sold.Type, typeName: composed(sold.TypeName),
			face: sold.FaceValue, paid: unpaid, status: sold.Status,
		}
		if sold.Paid != nil {
			t.paid = *sold.Paid
		}
		e := events[i]
		t.event, t.client = e.id, e.client
		had, known := at[sold.ID]
		if known {
			was := kept[had]
			t.n, t.verdict, t.judgedPlacedAt, t.judgedWith = was.n, was.verdict, was.judgedPlacedAt, was.judgedWith
		}
		if !known || j.judgedAgain(kept[had], e) {
			t.verdict, t.judgedPlacedAt, t.judgedWith = j.verdict(e), row.placedAt, row.proof.looked()
		}
		if known {
			list[had] = t
		} else {
			list = append(list, t)
		}
	}
	return list
}

// verdicts are the listed tickets of an order in short: in the order of the webhook that
// is answered, and those that it does not name by their ids.
func (u *unit) verdicts(o *order, in *model.Order) []model.TicketOutcome {
	if o.now == nil {
		return nil
	}
	place := make(map[string]int, len(in.Tickets))
	for i, t := range in.Tickets {
		place[t.ID] = i
	}
	list := make([]model.TicketOutcome, 0, len(o.now.tickets))
	for _, t := range o.now.tickets {
		if !t.listed {
			continue
		}
		out := model.TicketOutcome{ID: t.id, Reason: t.verdict.reason}
		if t.verdict.link != 0 {
			if l := u.link(t.verdict.link); l != nil {
				out.Link = &l.code
			}
		}
		list = append(list, out)
	}
	slices.SortFunc(list, func(a, b model.TicketOutcome) int {
		i, named := place[a.ID]
		j, too := place[b.ID]
		switch {
		case named && too:
			return i - j
		case named:
			return -1
		case too:
			return 1
		}
		return model.CompareIDs(a.ID, b.ID)
	})
	return list
}
