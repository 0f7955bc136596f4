package measure

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

// aReport has a figure of each kind.
func aReport(checked bool) *Report {
	r := &Report{At: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC), Go: "go1.26.8", CPUs: 2, Rounds: 3, Seconds: 3, Orders: 1_000_000, Links: 1000, Checked: checked}
	good := r.Figure("redirect", "requests a second", "bare", "×", AtLeast(0.95))
	for _, v := range []float64{0.97, 0.9, 1.25, math.NaN(), math.Inf(1)} {
		good.Add(v)
	}
	bad := r.Figure("redirect", "CPU a request", "bare", "×", AtMost(1.1))
	bad.Add(1.2)
	bad.Note = "a note"
	r.Figure("redirect", "time", "", "µs", Goal{}).Add(23456)
	r.Figure("redirect", "requests a second", "nginx", "×", Goal{}).Missing = "nginx is not installed"
	r.Figure("page", "one link", "", "ms", AtMost(5))
	r.Missing("page", "the row failed")
	r.Missing("redirect", "the row failed")
	r.AddSide("redirect", "ours", Sample{Rate: 40_000, CPU: 20.3, P50: 1, P99: 7})
	r.AddSide("redirect", "ours", Sample{Rate: 42_000, CPU: 20.5, P50: 1, P99: 9})
	r.AddSide("redirect", "pgx", Sample{Rate: 3000})
	return r
}

func TestReport_Text_MedianGoalAndVerdict(t *testing.T) {
	var out bytes.Buffer
	aReport(true).Text(&out)
	for _, line := range []string{
		"redirect  requests a second  bare     ≥ 0.95  yes  0.97 (0.9 … 1.25) ×",
		"redirect  CPU a request      bare     ≤ 1.10  no   1.20 ×; a note",
		"redirect  time                                     23,456 µs",
		"redirect  requests a second  nginx                 not measured: nginx is not installed",
		"page      one link                    ≤ 5.00       not measured: the row failed",
		"redirect  ours  41,000    20.4    1.00    8.00",
		"redirect  pgx   3,000",
	} {
		if !strings.Contains(out.String(), "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, &out)
		}
	}
	if !strings.Contains(out.String(), "3 rounds of 3 s a side") || !strings.Contains(out.String(), "1,000,000 orders") {
		t.Errorf("the caption is missing in\n%s", &out)
	}
}

func TestReport_Markdown_EveryLineATableRow(t *testing.T) {
	var out bytes.Buffer
	aReport(true).Markdown(&out)
	table, caption, _ := strings.Cut(out.String(), "\n\n")
	lines := strings.Split(table, "\n")
	for _, line := range lines {
		if strings.Count(line, "|") != 7 {
			t.Errorf("%q has not six cells", line)
		}
	}
	if len(lines) != 2+5 || !strings.HasPrefix(caption, "2026-12-01 10:00 UTC") {
		t.Errorf("%s", &out)
	}
}

func TestReport_JSON_AsDocumented(t *testing.T) {
	var out bytes.Buffer
	if err := aReport(true).JSON(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rounds  int
		Figures []struct {
			Row, What   string
			Goal        *struct{ Op string }
			Median, Min *float64
			Values      []float64
			Met         *bool
			NotMeasured string `json:"not_measured"`
		}
		Sides []struct {
			Side      string
			PerSecond []float64 `json:"per_second"`
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	f := got.Figures
	if got.Rounds != 3 || len(f) != 5 || len(got.Sides) != 2 || len(got.Sides[0].PerSecond) != 2 {
		t.Fatalf("%s", &out)
	}
	if *f[0].Median != 0.97 || *f[0].Min != 0.9 || len(f[0].Values) != 3 || !*f[0].Met || f[0].Goal.Op != "at_least" {
		t.Errorf("%+v", f[0])
	}
	if *f[1].Met || f[2].Goal != nil || f[2].Met != nil {
		t.Errorf("%+v %+v", f[1], f[2])
	}
	if f[4].Median != nil || f[4].Met != nil || f[4].NotMeasured == "" || f[4].Values == nil {
		t.Errorf("%+v", f[4])
	}
}

func TestReport_SmallRun_SaysNothingOfGoals(t *testing.T) {
	for _, f := range aReport(false).Figures {
		if _, ok := f.Met(); ok {
			t.Errorf("%s is judged", f.What)
		}
	}
}

func TestNumber_ThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.0123456: "0.0123", 1.1: "1.10", 12.34: "12.3", 123.4: "123", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := number(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}
