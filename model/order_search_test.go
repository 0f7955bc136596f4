package model

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseOrderSearch_Qualifiers_ApartFromTheWords(t *testing.T) {
	today := time.Date(2026, 11, 28, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		text string
		want OrderSearch
	}{
		{"", OrderSearch{}},
		{" vip  ana ", OrderSearch{Words: []string{"vip", "ana"}}},
		{"vip is:new ana", OrderSearch{Words: []string{"vip", "ana"}, Is: []OrderSearchState{OrderIsNew}}},
		{"IS:Refunded is:unattributed is:refunded", OrderSearch{Is: []OrderSearchState{OrderIsRefunded, OrderIsUnattributed}}},
		{"on:yesterday", OrderSearch{From: "2026-11-27", To: "2026-11-27"}},
		{"on:2026-11-24 x", OrderSearch{Words: []string{"x"}, From: "2026-11-24", To: "2026-11-24"}},
		{"from:2026-11-01 to:today", OrderSearch{From: "2026-11-01", To: "2026-11-28"}},
		{"from:2026-11-01 from:2026-11-03 to:2026-11-09 to:2026-11-07", OrderSearch{From: "2026-11-03", To: "2026-11-07"}},
		{"from:2026-11-01 on:today", OrderSearch{From: "2026-11-28", To: "2026-11-28"}},
		{"shop:1001 12:30 : is on to from :new", OrderSearch{Words: []string{"shop:1001", "12:30", ":", "is", "on", "to", "from", ":new"}}},
	} {
		got, err := ParseOrderSearch(c.text, today)
		if len(got.Words) == 0 {
			got.Words = nil
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q asks for %+v, %v; want %+v", c.text, got, err, c.want)
		}
	}
}

func TestParseOrderSearch_Wrong_SaysWhatThereIs(t *testing.T) {
	for text, want := range map[string]string{
		"is:paid":                       `takes is:new, is:returning, is:test, is:refunded or is:unattributed, not "is:paid"`,
		"vip is:":                       `"is:"`,
		"on:friday":                     `takes on: with a day such as 2026-06-01, today or yesterday, not "on:friday"`,
		"from:":                         `"from:"`,
		"to:2026-13-01":                 `"to:2026-13-01"`,
		"on:7d":                         `"on:7d"`,
		"is:new is:test":                "search asks for both is:new and is:test, which no order is",
		"is:returning is:new":           "both is:returning and is:new",
		"from:2026-06-02 to:2026-06-01": "search ends on 2026-06-01, before it begins on 2026-06-02",
		"on:today on:yesterday":         "search ends on",
	} {
		s, err := ParseOrderSearch(text, minute0)
		if KindOf(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q asks for %+v, %v; want %s", text, s, err, want)
		}
	}
}
