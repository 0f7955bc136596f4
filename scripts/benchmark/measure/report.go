package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Report is one run of the benchmark. Its JSON is
//
//	{"at", "go", "cpus", "rounds", "seconds", "orders", "links", "checked",
//	 "figures": [{"row", "what", "against", "unit", "goal": {"op": "at_least" or "at_most", "value"} or null,
//	              "median", "min", "max", "values": [one a round], "met": true, false or null,
//	              "not_measured", "note"}],
//	 "sides":   [{"row", "side", "per_second": […], "cpu_us": […], "p50_ms": […], "p99_ms": […]}]}
//
// where seconds is how long one side of a round ran. median, min and max are null where
// nothing was measured; then not_measured says why. met is null also where there is no
// goal, and everywhere when checked is false: a small run proves that the benchmark
// works and says nothing about speed. Each list of a side has one value a round.
type Report struct {
	At      time.Time `json:"at"`
	Go      string    `json:"go"` // version
	CPUs    int       `json:"cpus"`
	Rounds  int       `json:"rounds"`
	Seconds float64   `json:"seconds"`
	Orders  int       `json:"orders"` // stored, in the rows that read or add to many
	Links   int       `json:"links"`  // in the row of many links
	Checked bool      `json:"checked"`
	Figures []*Figure `json:"figures"`
	Sides   []*Side   `json:"sides"`
}

// Side is one of those that a row compares: what it did in each round. Its figures
// explain the ratios; from run to run they change with the machine.
type Side struct {
	Row  string    `json:"row"`
	Name string    `json:"side"`
	Rate []float64 `json:"per_second"`
	CPU  []float64 `json:"cpu_us"` // of the server for each operation
	P50  []float64 `json:"p50_ms"`
	P99  []float64 `json:"p99_ms"`
}

// Sample is what one side did in one round.
type Sample struct {
	Rate float64 // operations a second
	CPU  float64 // of the server for each operation, in µs; 0: not accounted
	P50  float64 // ms
	P99  float64 // ms
}

// Figure adds a line to the report and returns it, for its values.
func (r *Report) Figure(row, what, against, unit string, goal Goal) *Figure {
	f := &Figure{Row: row, What: what, Against: against, Unit: unit, Goal: goal, checked: r.Checked}
	r.Figures = append(r.Figures, f)
	return f
}

// Missing says of every figure of the row that has no values why.
func (r *Report) Missing(row, reason string) {
	for _, f := range r.Figures {
		if f.Row == row && len(f.Values) == 0 && f.Missing == "" {
			f.Missing = reason
		}
	}
}

// AddSide adds a round of a side.
func (r *Report) AddSide(row, name string, s Sample) {
	side := r.side(row, name)
	side.Rate = append(side.Rate, s.Rate)
	side.CPU = append(side.CPU, s.CPU)
	side.P50 = append(side.P50, s.P50)
	side.P99 = append(side.P99, s.P99)
}

func (r *Report) side(row, name string) *Side {
	for _, s := range r.Sides {
		if s.Row == row && s.Name == name {
			return s
		}
	}
	s := &Side{Row: row, Name: name}
	r.Sides = append(r.Sides, s)
	return s
}

// JSON writes the report as its documentation says.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// Text writes the report for a terminal.
func (r *Report) Text(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", r.caption())
	printColumns(w, r.figureRows())
	if len(r.Sides) > 0 {
		fmt.Fprint(w, "\nWhat the sides did (medians; they change with the machine, the ratios above hardly):\n\n")
		printColumns(w, r.sideRows())
	}
}

// Markdown writes the figures as the table of the README.
func (r *Report) Markdown(w io.Writer) {
	rows := r.figureRows()
	for i, row := range rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(w, "|%s\n", strings.Repeat(" --- |", len(row)))
		}
	}
	fmt.Fprintf(w, "\n%s\n", r.caption())
}

func (r *Report) caption() string {
	return fmt.Sprintf("%s, Go %s, %d processors, load and servers together; median (min … max) of %d rounds of %g s a side, ratios taken inside a round; %s orders stored, %s links.",
		r.At.UTC().Format("2006-01-02 15:04 UTC"), strings.TrimPrefix(r.Go, "go"), r.CPUs, r.Rounds, r.Seconds, thousands(int64(r.Orders)), thousands(int64(r.Links)))
}

func (r *Report) figureRows() [][]string {
	rows := [][]string{{"row", "what", "against", "goal", "met", "measured"}}
	for _, f := range r.Figures {
		measured := f.measured()
		if f.Note != "" {
			measured += "; " + f.Note
		}
		rows = append(rows, []string{f.Row, f.What, f.Against, f.Goal.String(), f.verdict(), measured})
	}
	return rows
}

func (r *Report) sideRows() [][]string {
	rows := [][]string{{"row", "side", "a second", "CPU µs", "p50 ms", "p99 ms"}}
	for _, s := range r.Sides {
		row := []string{s.Row, s.Name}
		for _, values := range [][]float64{s.Rate, s.CPU, s.P50, s.P99} {
			if m := Median(values); m > 0 {
				row = append(row, number(m))
			} else {
				row = append(row, "")
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// printColumns aligns all columns but the last one.
func printColumns(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
