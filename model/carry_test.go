package model

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseCarry_PresetsAndNames_Parameter(t *testing.T) {
	long := strings.Repeat("a", MaxCarry)
	for s, want := range map[string]Carry{
		"": "", " ": "", "woocommerce": "utm_content", "stripe": "client_reference_id", "tito": "source", "TicketTailor": "ref", "eventbrite": "aff", "pretix": "lastclick",
		"utm_content={click}": "utm_content", " a.B-9_={click} ": "a.B-9_", long + "={click}": Carry(long),
	} {
		got, err := ParseCarry("carry", s)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
		text, err := json.Marshal(got)
		var back Carry
		if err != nil || json.Unmarshal(text, &back) != nil || back != got {
			t.Errorf("%q: written as %s, read as %q (%v)", s, text, back, err)
		}
	}
	if text, _ := json.Marshal([]Carry{"", "ref"}); string(text) != `[null,"ref={click}"]` {
		t.Errorf("%s", text)
	}
}

func TestParseCarry_OursAndNoParameters_Refused(t *testing.T) {
	for _, s := range []string{
		"shopify", "utm_content", "={click}", "utm_content={}", "utm_content={Click}", "utm content={click}", "a&b={click}", "a=b={click}", "ü={click}", "a#={click}",
		"act={click}", "sp={click}", "QR={click}", strings.Repeat("a", MaxCarry+1) + "={click}",
	} {
		if got, err := ParseCarry("carry", s); KindOf(err) != Invalid || got != "" {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}
