package db

import "lastclick/model"

// judge reaches the verdicts of one order.
type judge struct {
	u        *unit
	sale     *model.Order // the version that is judged
	row      *orderRow    // what holds of the order now, but for its tickets
	kept     []ticket     // of the version before
	evidence *model.Evidence
}

// ruling is a verdict with the rule that it was reached by (R4).
type ruling struct {
	link   int64
	reason model.Reason
	rule   model.Rule
	window int64 // seconds
}

// judgedAgain says whether a ticket that has its verdict is judged again (R8): its event
// changed, the order became a test or is none any more, or no receipt or click token had
// come yet and no code named a link. A ticket may have been left out of the version in
// which that happened, so what it was judged with tells, not the order before. A copied
// address is no such reason: it stays, whatever comes later. Whether a missing click is for
// want of consent, the newest version says (R26).
func (j *judge) judgedAgain(was ticket, now *event) bool {
	if was.event != now.id || (was.verdict.reason == model.ReasonTest) != j.sale.Test {
		return true
	}
	switch was.verdict.reason {
	case model.ReasonNoClick, model.ReasonNoConsent:
		refused := j.row.consent == model.ConsentRefused
		return (was.verdict.reason == model.ReasonNoConsent) != refused || j.hasMore(was)
	case model.ReasonBadReceipt, model.ReasonUnknownCode:
		return j.hasMore(was)
	}
	return false
}

// hasMore says whether a receipt or a click token has come that the ticket was not judged
// with.
func (j *judge) hasMore(was ticket) bool { return j.row.proof.looked()&^was.judgedWith != 0 }

// verdict judges a ticket for the event.
func (j *judge) verdict(e *event) ruling {
	if j.evidence == nil {
		ev := j.u.evidence(j.row)
		j.evidence = &ev
	}
	r := j.ruleOf(e.client)
	v := model.Attribute(model.Sale{
		Client: e.client, Event: e.id, PlacedAt: j.sale.PlacedAt, Rule: r.rule, Window: model.WindowOf(r.window), Test: j.sale.Test,
	}, *j.evidence)
	r.link, r.reason = v.Link, v.Reason
	return r
}

// ruleOf is the rule and window that were in force when the order was first
// accepted: those of a ticket that was judged then, else the client's of now (R4).
func (j *judge) ruleOf(id int64) ruling {
	for _, t := range j.kept {
		if t.client == id {
			return ruling{rule: t.verdict.rule, window: t.verdict.window}
		}
	}
	c := j.u.client(id)
	return ruling{rule: c.rule, window: c.window}
}

// evidence is what the verdicts of an order rest on. A link that is not known here counts
// as another client's.
func (u *unit) evidence(o *orderRow) model.Evidence {
	ev := model.Evidence{BadReceipt: o.proof.receipt == receiptBad || o.proof.click == clickBad, CodeSent: o.proof.code != "", Refused: o.consent == model.ConsentRefused}
	add := func(t model.Touch, copied bool) {
		click := model.EvidenceClick{Scope: model.Scope{Link: t.Link}, At: t.At, Copied: copied}
		if l := u.link(t.Link); l != nil {
			click.Scope = l.Scope
		}
		ev.Clicks = append(ev.Clicks, click)
	}
	for _, t := range o.clicks(sawReceipt | sawClick) {
		add(t, false)
	}
	if o.proof.click == clickCopied {
		add(o.proof.tokenClick(), true)
	}
	ev.Code, ev.Coupon = u.named(o.proof.code), u.named(o.proof.coupon)
	return ev
}

// named is what the link tracks that the code or alias names; zero where it names none.
func (u *unit) named(code string) model.Scope {
	if code == "" {
		return model.Scope{}
	}
	if l := u.linkByCode(code); l != nil {
		return l.Scope
	}
	return model.Scope{}
}
