package model

import (
	"slices"
	"testing"
	"time"
)

// The links of the cases in RULES.md: c, c2 and d are client-level, e1 and e2
// event-level, x belongs to another client.
var (
	minute0 = time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)

	linkC  = Scope{Link: 1, Client: 1}
	linkC2 = Scope{Link: 2, Client: 1}
	linkE1 = Scope{Link: 3, Client: 1, Event: 1}
	linkE2 = Scope{Link: 4, Client: 1, Event: 2}
	linkX  = Scope{Link: 5, Client: 2}
)

func at(s Scope, minute int) EvidenceClick {
	return EvidenceClick{Scope: s, At: minute0.Add(time.Duration(minute) * time.Minute)}
}

func archived(s Scope) Scope {
	s.Archived = true
	return s
}

func clicks(c ...EvidenceClick) Evidence { return Evidence{Clicks: c} }

func (e Evidence) withCode(s Scope) Evidence {
	e.CodeSent, e.Code = true, s
	return e
}

func (e Evidence) withCoupon(s Scope) Evidence {
	e.Coupon = s
	return e
}

// withToken is e with the click of a token, as the store adds it.
func (e Evidence) withToken(c EvidenceClick) Evidence {
	scopes := map[int64]Scope{c.Link: c.Scope}
	var touches []Touch
	for _, k := range e.Clicks {
		scopes[k.Link] = k.Scope
		touches = append(touches, Touch{k.Link, k.At})
	}
	e.Clicks = nil
	for _, t := range WithClick(touches, Touch{c.Link, c.At}) {
		e.Clicks = append(e.Clicks, EvidenceClick{Scope: scopes[t.Link], At: t.At})
	}
	return e
}

// withCopied is e with the click of a token that belongs to another customer.
func (e Evidence) withCopied(c EvidenceClick) Evidence {
	c.Copied = true
	e.Clicks = append(slices.Clone(e.Clicks), c)
	return e
}

// refused is e of an order that says that the customer did not consent.
func (e Evidence) refused() Evidence {
	e.Refused = true
	return e
}

func TestAttribute_EachCaseOfTheRules_Verdict(t *testing.T) {
	tests := []struct {
		name  string
		ev    Evidence
		event int64
		rule  Rule
		link  int64
		why   Reason
	}{
		{"1", clicks(at(linkC, 50)), 1, LastClick, 1, ReasonLastClick},
		{"2", clicks(at(linkC, 50), at(linkE1, 60)), 1, LastClick, 3, ReasonLastClick},
		{"3", clicks(at(linkC, 50), at(linkE1, 60)), 2, LastClick, 0, ReasonOtherEvent},
		{"3 in-scope", clicks(at(linkC, 50), at(linkE1, 60)), 2, InScope, 1, ReasonLastClick},
		{"4 event 1", clicks(at(linkE1, 50), at(linkC, 60)), 1, LastClick, 1, ReasonLastClick},
		{"4 event 2", clicks(at(linkE1, 50), at(linkC, 60)), 2, LastClick, 1, ReasonLastClick},
		{"5", clicks(at(linkE1, 50), at(linkX, 60)), 1, LastClick, 3, ReasonLastClick},
		{"6 c@39", clicks(at(linkC, 39)), 1, LastClick, 0, ReasonExpired},
		{"6 c@40", clicks(at(linkC, 40)), 1, LastClick, 1, ReasonLastClick},
		{"7", clicks(at(linkC, 101)), 1, LastClick, 0, ReasonAfterOrder},
		{"8", clicks(at(linkC, 50), at(linkE1, 101)), 1, LastClick, 1, ReasonLastClick},
		{"9 event 1", clicks(at(linkE1, 60)), 1, LastClick, 3, ReasonLastClick},
		{"9 event 2", clicks(at(linkE1, 60)), 2, LastClick, 0, ReasonOtherEvent},
		{"10", clicks().withCode(linkC), 1, LastClick, 1, ReasonCode},
		{"11", clicks(at(linkE2, 60)).withCode(linkC), 1, LastClick, 0, ReasonOtherEvent},
		{"12", Evidence{BadReceipt: true}, 1, LastClick, 0, ReasonBadReceipt},
		{"13", clicks(at(archived(linkC), 50)), 1, LastClick, 1, ReasonLastClick},
		{"14", clicks(at(linkE1, 60), at(linkC, 70)), 1, LastClick, 1, ReasonLastClick},
		{"15", clicks(at(linkC, 30)).withCode(linkC), 1, LastClick, 1, ReasonCode},
		{"16", clicks(at(linkC, 50)).withCode(archived(linkC2)), 1, LastClick, 1, ReasonLastClick},
		{"17", clicks().withCode(linkX), 1, LastClick, 0, ReasonUnknownCode},
		{"18", clicks(at(linkC, 30), at(linkC2, 101)), 1, LastClick, 0, ReasonAfterOrder},

		// The cases in which clicks matter, with a token that proves the last of them (R23).
		{"1 by token", clicks().withToken(at(linkC, 50)), 1, LastClick, 1, ReasonLastClick},
		{"2 by token", clicks(at(linkC, 50)).withToken(at(linkE1, 60)), 1, LastClick, 3, ReasonLastClick},
		{"2 the receipt is later than the token", clicks(at(linkE1, 60)).withToken(at(linkC, 50)), 1, LastClick, 3, ReasonLastClick},
		{"3 by token", clicks(at(linkC, 50)).withToken(at(linkE1, 60)), 2, LastClick, 0, ReasonOtherEvent},
		{"3 by token, in-scope", clicks(at(linkC, 50)).withToken(at(linkE1, 60)), 2, InScope, 1, ReasonLastClick},
		{"5 by token", clicks(at(linkE1, 50)).withToken(at(linkX, 60)), 1, LastClick, 3, ReasonLastClick},
		{"6 c@39 by token", clicks().withToken(at(linkC, 39)), 1, LastClick, 0, ReasonExpired},
		{"6 c@40 by token", clicks().withToken(at(linkC, 40)), 1, LastClick, 1, ReasonLastClick},
		{"7 by token", clicks().withToken(at(linkC, 101)), 1, LastClick, 0, ReasonAfterOrder},
		{"8 by token", clicks(at(linkC, 50)).withToken(at(linkE1, 101)), 1, LastClick, 1, ReasonLastClick},
		{"11 by token", clicks().withToken(at(linkE2, 60)).withCode(linkC), 1, LastClick, 0, ReasonOtherEvent},
		{"13 by token", clicks().withToken(at(archived(linkC), 50)), 1, LastClick, 1, ReasonLastClick},
		{"14 by token", clicks(at(linkC, 50), at(linkE1, 60)).withToken(at(linkC, 70)), 1, LastClick, 1, ReasonLastClick},
		{"14 the receipt has the link later", clicks(at(linkE1, 60), at(linkC, 70)).withToken(at(linkC, 50)), 1, LastClick, 1, ReasonLastClick},
		{"15 by token", clicks().withToken(at(linkC, 30)).withCode(linkC), 1, LastClick, 1, ReasonCode},
		{"18 by token", clicks(at(linkC, 30)).withToken(at(linkC2, 101)), 1, LastClick, 0, ReasonAfterOrder},
		{"R2 within a second the token is the later one", clicks(at(linkC, 50)).withToken(at(linkC2, 50)), 1, LastClick, 2, ReasonLastClick},
		{"R2 but not before a later click of the receipt in that second", clicks(at(linkC, 50), at(linkC2, 50)).withToken(at(linkC, 50)), 1, LastClick, 2, ReasonLastClick},

		// A token of another customer's proves nothing (R23).
		{"1 copied", clicks().withCopied(at(linkC, 50)), 1, LastClick, 0, ReasonCopiedAddress},
		{"2 copied, and a click of one's own", clicks(at(linkC, 50)).withCopied(at(linkE1, 60)), 1, LastClick, 1, ReasonLastClick},
		{"3 copied, and one's own is of another event", clicks(at(linkE2, 50)).withCopied(at(linkC, 60)), 1, LastClick, 0, ReasonOtherEvent},
		{"5 copied, of another client", clicks().withCopied(at(linkX, 60)), 1, LastClick, 0, ReasonNoClick},
		{"6 copied and old", clicks().withCopied(at(linkC, 39)), 1, LastClick, 0, ReasonCopiedAddress},
		{"7 copied and after the order", clicks().withCopied(at(linkC, 101)), 1, LastClick, 0, ReasonCopiedAddress},
		{"10 copied, and a code", clicks().withCopied(at(linkC, 50)).withCode(linkC2), 1, LastClick, 2, ReasonCode},
		{"copied, and a coupon", clicks().withCopied(at(linkC, 50)).withCoupon(linkC2), 1, LastClick, 2, ReasonCoupon},
		{"copied, and an unknown code", clicks().withCopied(at(linkC, 50)).withCode(Scope{}), 1, LastClick, 0, ReasonCopiedAddress},
		{"copied, and the latest is expired", clicks(at(linkC2, 39)).withCopied(at(linkC, 30)), 1, LastClick, 0, ReasonExpired},
		{"copied, and the latest came after the order", clicks(at(linkC2, 101)).withCopied(at(linkC, 50)), 1, LastClick, 0, ReasonAfterOrder},
		{"copied, in-scope", clicks(at(linkC, 50)).withCopied(at(linkE1, 60)), 1, InScope, 1, ReasonLastClick},

		// Coupons come last (R24).
		{"a coupon", clicks().withCoupon(linkC), 1, LastClick, 1, ReasonCoupon},
		{"a coupon of the event's link", clicks().withCoupon(linkE1), 1, LastClick, 3, ReasonCoupon},
		{"a coupon of another event's link", clicks().withCoupon(linkE2), 1, LastClick, 0, ReasonNoClick},
		{"a coupon of another client's link", clicks().withCoupon(linkX), 1, LastClick, 0, ReasonNoClick},
		{"a coupon of an archived link", clicks().withCoupon(archived(linkC)), 1, LastClick, 0, ReasonNoClick},
		{"a coupon beside a click", clicks(at(linkC2, 50)).withCoupon(linkC), 1, LastClick, 2, ReasonLastClick},
		{"a coupon beside a click of another event", clicks(at(linkE2, 50)).withCoupon(linkC), 1, LastClick, 0, ReasonOtherEvent},
		{"a coupon beside an old click", clicks(at(linkC2, 30)).withCoupon(linkC), 1, LastClick, 1, ReasonCoupon},
		{"a coupon beside a code", clicks().withCode(linkC2).withCoupon(linkC), 1, LastClick, 2, ReasonCode},
		{"a coupon beside an unknown code", clicks().withCode(Scope{}).withCoupon(linkC), 1, LastClick, 1, ReasonCoupon},
		{"a coupon beside a code of another event", clicks().withCode(linkE2).withCoupon(linkE1), 1, LastClick, 3, ReasonCoupon},
		{"a coupon beside a bad receipt", Evidence{BadReceipt: true}.withCoupon(linkC), 1, LastClick, 1, ReasonCoupon},
		{"a coupon that names nothing, beside an unknown code", clicks().withCode(Scope{}).withCoupon(Scope{}), 1, LastClick, 0, ReasonUnknownCode},

		// A refused consent explains a missing click, and changes nothing else (R26).
		{"R26 nothing", clicks().refused(), 1, LastClick, 0, ReasonNoConsent},
		{"R26 only another client's click", clicks(at(linkX, 60)).refused(), 1, LastClick, 0, ReasonNoConsent},
		{"R26 a copied token of another client", clicks().withCopied(at(linkX, 60)).refused(), 1, LastClick, 0, ReasonNoConsent},
		{"R26 a click that is proved", clicks(at(linkC, 50)).refused(), 1, LastClick, 1, ReasonLastClick},
		{"R26 a token", clicks().withToken(at(linkC, 50)).refused(), 1, LastClick, 1, ReasonLastClick},
		{"R26 a code", clicks().withCode(linkC).refused(), 1, LastClick, 1, ReasonCode},
		{"R26 a coupon", clicks().withCoupon(linkC).refused(), 1, LastClick, 1, ReasonCoupon},
		{"R26 a coupon that names nothing", clicks().withCoupon(Scope{}).refused(), 1, LastClick, 0, ReasonNoConsent},
		{"R26 an unknown code", clicks().withCode(Scope{}).refused(), 1, LastClick, 0, ReasonUnknownCode},
		{"R26 a bad receipt", Evidence{BadReceipt: true}.refused(), 1, LastClick, 0, ReasonBadReceipt},
		{"R26 an expired click", clicks(at(linkC, 39)).refused(), 1, LastClick, 0, ReasonExpired},
		{"R26 a click after the order", clicks(at(linkC, 101)).refused(), 1, LastClick, 0, ReasonAfterOrder},
		{"R26 a click of another event", clicks(at(linkE2, 60)).refused(), 1, LastClick, 0, ReasonOtherEvent},
		{"R26 a copied token", clicks().withCopied(at(linkC, 50)).refused(), 1, LastClick, 0, ReasonCopiedAddress},

		// What the table leaves to the text of the rules.
		{"R5 after_order only where it is all there is", clicks(at(linkE2, 60), at(linkC, 101)), 1, LastClick, 0, ReasonOtherEvent},
		{"R7 archived code", clicks().withCode(archived(linkC)), 1, LastClick, 0, ReasonUnknownCode},
		{"R7 code of another event's link", clicks().withCode(linkE2), 1, LastClick, 0, ReasonUnknownCode},
		{"R7 code beside a bad receipt", Evidence{BadReceipt: true}.withCode(linkC), 1, LastClick, 1, ReasonCode},
		{"R7 code with a click of another client", clicks(at(linkX, 60)).withCode(linkC), 1, LastClick, 1, ReasonCode},
		{"R7 code where all clicks are later", clicks(at(linkC2, 101)).withCode(linkC), 1, LastClick, 1, ReasonCode},
		{"R9 expired beside an unknown code", clicks(at(linkC, 30)).withCode(Scope{}), 1, LastClick, 0, ReasonExpired},
		{"R9 after_order beside an unknown code", clicks(at(linkC, 101)).withCode(Scope{}), 1, LastClick, 0, ReasonAfterOrder},
		{"R9 other_event beside an unknown code", clicks(at(linkE2, 60)).withCode(Scope{}), 1, LastClick, 0, ReasonOtherEvent},
		{"R9 the latest of several, after the order", clicks(at(linkC, 20), at(linkC2, 30), at(linkE1, 101)), 1, LastClick, 0, ReasonAfterOrder},
		{"R9 the latest of several, expired", clicks(at(linkE2, 20), at(linkC, 30), at(linkX, 101)), 1, LastClick, 0, ReasonExpired},
		{"R9 unknown_code before bad_receipt", Evidence{BadReceipt: true}.withCode(Scope{}), 1, LastClick, 0, ReasonUnknownCode},
		{"R9 unknown_code, only another client's click", clicks(at(linkX, 60)).withCode(Scope{}), 1, LastClick, 0, ReasonUnknownCode},
		{"R9 bad_receipt, only another client's click", Evidence{BadReceipt: true, Clicks: clicks(at(linkX, 60)).Clicks}, 1, LastClick, 0, ReasonBadReceipt},
		{"R9 expired before bad_receipt", Evidence{BadReceipt: true, Clicks: clicks(at(linkC, 30)).Clicks}, 1, LastClick, 0, ReasonExpired},
		{"R9 nothing", clicks(), 1, LastClick, 0, ReasonNoClick},
		{"R9 only another client's", clicks(at(linkX, 60)), 1, LastClick, 0, ReasonNoClick},
		{"R9 only another client's, expired", clicks(at(linkX, 30)), 1, LastClick, 0, ReasonNoClick},
		{"R9 only another client's, after the order", clicks(at(linkX, 101)), 1, LastClick, 0, ReasonNoClick},
		{"R3 in-scope, none tracks", clicks(at(linkE2, 60)), 1, InScope, 0, ReasonOtherEvent},
		{"R3 in-scope, the one that tracks is expired", clicks(at(linkC, 30), at(linkE2, 60)), 1, InScope, 0, ReasonOtherEvent},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sale := Sale{Client: 1, Event: tt.event, PlacedAt: minute0.Add(100 * time.Minute), Rule: tt.rule, Window: WindowOf(3600)}
			v := Attribute(sale, tt.ev)
			if v.Link != tt.link || v.Reason != tt.why {
				t.Errorf("link %d by %s, want %d by %s", v.Link, v.Reason, tt.link, tt.why)
			}
			if len(v.Considered) != len(tt.ev.Clicks) {
				t.Errorf("%d of %d clicks explained", len(v.Considered), len(tt.ev.Clicks))
			}
			sale.Test = true
			if v := Attribute(sale, tt.ev); v.Link != 0 || v.Reason != ReasonTest {
				t.Errorf("as a test order: link %d by %s", v.Link, v.Reason)
			}
		})
	}
}

// byTheRules is the verdict on a ticket for event 1, worked out one rule after the other
// from clicks in the order of time.
func byTheRules(rule Rule, ev Evidence) (int64, Reason) {
	var own, usable []EvidenceClick // R2: other clients' links are invisible
	for _, c := range ev.Clicks {
		if c.Client != 1 {
			continue
		}
		own = append(own, c)
		if c.Copied { // R23
			continue
		}
		if minute := c.At.Sub(minute0).Minutes(); minute >= 40 && minute <= 100 { // R4, R5
			usable = append(usable, c)
		}
	}
	for i := len(usable) - 1; i >= 0; i-- {
		if usable[i].Event != 2 {
			return usable[i].Link, ReasonLastClick
		}
		if rule == LastClick || i == 0 { // R3
			return 0, ReasonOtherEvent
		}
	}
	if c := ev.Code; ev.CodeSent && c.Link != 0 && c.Client == 1 && c.Event != 2 && !c.Archived { // R7
		return c.Link, ReasonCode
	}
	if c := ev.Coupon; c.Link != 0 && c.Client == 1 && c.Event != 2 && !c.Archived { // R24
		return c.Link, ReasonCoupon
	}
	if len(own) > 0 { // R9
		if own[len(own)-1].Copied { // R23
			return 0, ReasonCopiedAddress
		}
		if own[len(own)-1].At.Sub(minute0).Minutes() > 100 {
			return 0, ReasonAfterOrder
		}
		return 0, ReasonExpired
	}
	switch {
	case ev.CodeSent:
		return 0, ReasonUnknownCode
	case ev.BadReceipt:
		return 0, ReasonBadReceipt
	case ev.Refused: // R26
		return 0, ReasonNoConsent
	}
	return 0, ReasonNoClick
}

func TestAttribute_R9_EveryCase_ReasonByTheRules(t *testing.T) {
	all := []EvidenceClick{
		at(linkX, 10), at(linkC, 20), at(linkE2, 30), at(linkX, 41), at(linkC2, 50), at(linkE2, 60), at(linkE1, 70), at(linkX, 80),
		at(linkC, 101), at(linkE2, 102), at(linkX, 103),
	}
	all = append(all, clicks().withCopied(at(linkC, 55)).Clicks...)
	slices.SortStableFunc(all, func(a, b EvidenceClick) int { return a.At.Compare(b.At) })
	codes := []Evidence{{}, {Refused: true}, {Refused: true, CodeSent: true}, Evidence{Refused: true}.withCoupon(linkX), Evidence{Refused: true}.withCode(linkC2), {CodeSent: true}, Evidence{}.withCode(linkE2).withCoupon(linkC2), Evidence{}.withCoupon(linkX)}
	for _, s := range []Scope{linkC, archived(linkC2), linkE1, linkE2, linkX} {
		codes = append(codes, Evidence{}.withCode(s))
	}
	met := map[Reason]int{}
	for set := range 1 << len(all) {
		for _, ev := range codes {
			for i, c := range all {
				if set>>i&1 == 1 {
					ev.Clicks = append(ev.Clicks, c)
				}
			}
			for _, ev.BadReceipt = range []bool{false, true} {
				for _, rule := range []Rule{LastClick, InScope} {
					v := Attribute(Sale{Client: 1, Event: 1, PlacedAt: minute0.Add(100 * time.Minute), Rule: rule, Window: WindowOf(3600)}, ev)
					if link, why := byTheRules(rule, ev); v.Link != link || v.Reason != why {
						t.Fatalf("%s, %+v: link %d by %s, want %d by %s", rule, ev, v.Link, v.Reason, link, why)
					}
					met[v.Reason]++
				}
			}
		}
	}
	if len(met) != 11 {
		t.Errorf("only these reasons were met: %v", met)
	}
}

func TestAttribute_R9_TestOrder_ClicksKeepTheirVerdicts(t *testing.T) {
	ev := clicks(at(linkC, 30), at(linkC2, 45), at(linkX, 50), at(linkE1, 60), at(linkC, 101))
	sale := Sale{Client: 1, Event: 1, PlacedAt: minute0.Add(100 * time.Minute), Rule: LastClick, Window: WindowOf(3600)}
	as := Attribute(sale, ev)
	sale.Test = true
	v := Attribute(sale, ev)
	if v.Link != 0 || v.Reason != ReasonTest || !slices.Equal(v.Considered, as.Considered) || v.Considered[1].Verdict != Won {
		t.Errorf("as a test %+v, else %+v", v, as)
	}
}

func TestAttribute_R4_PlacedBefore1970_SecondsRoundDown(t *testing.T) {
	for _, tt := range []struct {
		placed, clicked time.Time
		want            Reason
	}{
		{time.UnixMilli(-1), time.Unix(-3601, 0), ReasonLastClick}, // -0.001 s lies in the second -1
		{time.UnixMilli(-1), time.Unix(-3602, 0), ReasonExpired},
		{time.UnixMilli(500), time.Unix(-3600, 0), ReasonLastClick},
		{time.UnixMilli(500), time.Unix(-3601, 0), ReasonExpired},
		{time.UnixMilli(-1), time.Unix(0, 0), ReasonAfterOrder},
	} {
		v := Attribute(Sale{Client: 1, Event: 1, PlacedAt: tt.placed, Rule: LastClick, Window: WindowOf(3600)}, Evidence{Clicks: []EvidenceClick{{Scope: linkC, At: tt.clicked}}})
		if v.Reason != tt.want {
			t.Errorf("clicked at %v, placed at %v: %s, want %s", tt.clicked.UTC(), tt.placed.UTC(), v.Reason, tt.want)
		}
	}
}

func TestAttribute_R2_SameSecond_LaterOneWins(t *testing.T) {
	ev := clicks(at(linkC, 50), at(linkC2, 50))
	v := Attribute(Sale{Client: 1, Event: 1, PlacedAt: minute0.Add(100 * time.Minute), Rule: LastClick, Window: WindowOf(3600)}, ev)
	if v.Link != linkC2.Link {
		t.Errorf("link %d won, want the one clicked later within the second", v.Link)
	}
}

func TestAttribute_R4_WindowsEdge_Inclusive(t *testing.T) {
	placed := minute0.Add(100*time.Minute + 900*time.Millisecond)
	for _, tt := range []struct {
		clicked time.Time
		want    Reason
	}{
		{minute0.Add(40 * time.Minute), ReasonLastClick},
		{minute0.Add(40*time.Minute - time.Second), ReasonExpired},
		{minute0.Add(100 * time.Minute), ReasonLastClick},
		{minute0.Add(100*time.Minute + time.Second), ReasonAfterOrder},
	} {
		v := Attribute(Sale{Client: 1, Event: 1, PlacedAt: placed, Rule: LastClick, Window: WindowOf(3600)},
			Evidence{Clicks: []EvidenceClick{{Scope: linkC, At: tt.clicked}}})
		if v.Reason != tt.want {
			t.Errorf("clicked %s before: %s, want %s", placed.Sub(tt.clicked), v.Reason, tt.want)
		}
	}
}

func TestAttribute_R10_EachClick_Verdict(t *testing.T) {
	ev := clicks(at(linkC, 30), at(linkC2, 45), at(linkX, 50), at(linkE2, 60), at(linkE1, 101))
	for _, tt := range []struct {
		rule Rule
		want []ClickVerdict // the latest first
	}{
		{LastClick, []ClickVerdict{AfterOrder, OtherEvent, OtherClient, Overridden, Expired}},
		{InScope, []ClickVerdict{AfterOrder, OtherEvent, OtherClient, Won, Expired}},
	} {
		v := Attribute(Sale{Client: 1, Event: 1, PlacedAt: minute0.Add(100 * time.Minute), Rule: tt.rule, Window: WindowOf(3600)}, ev)
		for i, want := range tt.want {
			if v.Considered[i].Verdict != want {
				t.Errorf("%s: click %d: %s, want %s", tt.rule, i, v.Considered[i].Verdict, want)
			}
		}
	}
}
