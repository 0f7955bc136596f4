package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lastclick/scripts/benchmark/measure"
)

func TestParseOptions_Sizes(t *testing.T) {
	var usage bytes.Buffer
	o, err := parseOptions([]string{"--rounds", "7", "--only", "redirect,page", "--full"}, &usage)
	if err != nil || o.rounds != 7 || o.orders != 1_000_000 || !slices.Equal(o.only, []string{"redirect", "page"}) || o.size != fullSize {
		t.Errorf("%+v %v", o, err)
	}
	if o, err := parseOptions([]string{"--small"}, &usage); err != nil || o.rounds != 1 || o.size != smallSize {
		t.Errorf("%+v %v", o, err)
	}
	for _, args := range [][]string{{"9"}, {"--rounds", "0"}, {"--only", "redirects"}, {"--for", "0s"}, {"--orders", "10"}, {"--fast"}} {
		if _, err := parseOptions(args, &usage); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

func TestRounds_OrderAlternates_SamplesByName(t *testing.T) {
	var order []string
	sides := []side{}
	for i, name := range []string{"a", "b", "c"} {
		sides = append(sides, side{name, func() (measure.Sample, error) {
			order = append(order, name)
			return measure.Sample{Rate: float64(i)}, nil
		}})
	}
	e := &env{benchmark: &benchmark{options: options{rounds: 3}, report: &measure.Report{}}, row: "row"}
	rounds := 0
	err := e.rounds(sides, func(m samples) {
		rounds++
		if m["a"].Rate != 0 || m["b"].Rate != 1 || m["c"].Rate != 2 {
			t.Errorf("%v", m)
		}
	})
	if got := strings.Join(order, ""); err != nil || got != "abccbaabc" || rounds != 3 {
		t.Errorf("%s in %d rounds, %v", got, rounds, err)
	}
	if s := e.report.Sides; len(s) != 3 || s[0].Name != "a" || len(s[2].Rate) != 3 {
		t.Errorf("%+v", s)
	}
}
