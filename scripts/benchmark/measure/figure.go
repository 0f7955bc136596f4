package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Goal is a bound on the median of a figure; the zero value is none.
type Goal struct {
	Op    string  `json:"op"` // "at_least" or "at_most"
	Value float64 `json:"value"`
}

const atLeast, atMost = "at_least", "at_most"

// AtLeast is the goal of a figure that should be large.
func AtLeast(v float64) Goal { return Goal{atLeast, v} }

// AtMost is the goal of a figure that should be small.
func AtMost(v float64) Goal { return Goal{atMost, v} }

func (g Goal) met(v float64) bool {
	if g.Op == atLeast {
		return v >= g.Value
	}
	return v <= g.Value
}

// String is the goal as the table shows it, with an empty one for none.
func (g Goal) String() string {
	switch g.Op {
	case atLeast:
		return "≥ " + number(g.Value)
	case atMost:
		return "≤ " + number(g.Value)
	}
	return ""
}

// Figure is one line of the report: something measured once in each round.
type Figure struct {
	Row     string // of the benchmark, as --only names it
	What    string // was measured
	Against string // the peer of a ratio; empty for an absolute figure
	Unit    string // ×, µs, ms, s, %, bytes, …
	Goal    Goal
	Values  []float64 // one a round, in their order
	Missing string    // why there are no values
	Note    string    // what a reader has to know beside it

	checked bool // the goal holds for runs of this size
}

// Add adds a round's value. One that is no number is left out: a side did nothing.
func (f *Figure) Add(v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		f.Values = append(f.Values, v)
	}
}

// Met says whether the median meets the goal; ok is false where there is no goal,
// nothing was measured, or the run was too small to tell.
func (f *Figure) Met() (met, ok bool) {
	if !f.checked || f.Goal.Op == "" || len(f.Values) == 0 {
		return false, false
	}
	return f.Goal.met(Median(f.Values)), true
}

func (f *Figure) measured() string {
	if len(f.Values) == 0 {
		reason := f.Missing
		if reason == "" {
			reason = "no round gave a value"
		}
		return "not measured: " + reason
	}
	s := number(Median(f.Values))
	if len(f.Values) > 1 {
		s += fmt.Sprintf(" (%s … %s)", number(slices.Min(f.Values)), number(slices.Max(f.Values)))
	}
	if f.Unit != "" {
		s += " " + f.Unit
	}
	return s
}

func (f *Figure) verdict() string {
	switch met, ok := f.Met(); {
	case !ok:
		return ""
	case met:
		return "yes"
	}
	return "no"
}

// MarshalJSON writes the figure as the documentation of Report says.
func (f *Figure) MarshalJSON() ([]byte, error) {
	out := struct {
		Row     string    `json:"row"`
		What    string    `json:"what"`
		Against string    `json:"against,omitempty"`
		Unit    string    `json:"unit"`
		Goal    *Goal     `json:"goal"`
		Median  *float64  `json:"median"`
		Min     *float64  `json:"min"`
		Max     *float64  `json:"max"`
		Values  []float64 `json:"values"`
		Met     *bool     `json:"met"`
		Missing string    `json:"not_measured,omitempty"`
		Note    string    `json:"note,omitempty"`
	}{Row: f.Row, What: f.What, Against: f.Against, Unit: f.Unit, Values: f.Values, Note: f.Note}
	if f.Goal.Op != "" {
		out.Goal = &f.Goal
	}
	if len(f.Values) == 0 {
		out.Values, out.Missing = []float64{}, f.Missing
	} else {
		median, least, most := Median(f.Values), slices.Min(f.Values), slices.Max(f.Values)
		out.Median, out.Min, out.Max = &median, &least, &most
	}
	if met, ok := f.Met(); ok {
		out.Met = &met
	}
	return json.Marshal(out)
}

// number writes three significant digits, and thousands in full.
func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || v == 0:
		return thousands(int64(math.Round(v)))
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
