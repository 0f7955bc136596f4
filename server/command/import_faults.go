package command

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"lastclick/model"
)

// maxShownFaults is how many faults of a file, or problems of an import, are told; the
// rest is counted.
const maxShownFaults = 100

// lineFault is something wrong with a line of a file.
type lineFault struct {
	Line   int    `json:"line"`
	Column string `json:"column"` // empty: the line as a whole
	Detail string `json:"detail"`
}

func (f lineFault) place() string {
	if f.Column == "" {
		return fmt.Sprintf("line %d", f.Line)
	}
	return fmt.Sprintf("line %d, %s", f.Line, f.Column)
}

// lineFaults are those of a file: the first ones in full, and how many there are.
type lineFaults struct {
	list  []lineFault
	total int
}

// add notes a fault. Its detail is a clause that stands behind the name of the column.
func (f *lineFaults) add(line int, column, detail string) {
	f.total++
	f.list = append(f.list, lineFault{line, column, detail})
	if len(f.list) >= 4*maxShownFaults {
		f.trim()
	}
}

// has says whether there is a fault at the place already.
func (f *lineFaults) has(line int, column string) bool {
	return slices.ContainsFunc(f.list, func(x lineFault) bool { return x.Line == line && x.Column == column })
}

// addAll adds those of another.
func (f *lineFaults) addAll(other lineFaults) {
	unkept := other.total - len(other.list)
	for _, x := range other.list {
		f.add(x.Line, x.Column, x.Detail)
	}
	f.total += unkept
}

// trim keeps the first ones by their lines.
func (f *lineFaults) trim() {
	slices.SortStableFunc(f.list, func(a, b lineFault) int { return cmp.Compare(a.Line, b.Line) })
	f.list = f.list[:min(len(f.list), maxShownFaults)]
}

// shown are the first faults, by their lines.
func (f *lineFaults) shown() []lineFault {
	f.trim()
	return f.list
}

// err is nil where there are none.
func (f *lineFaults) err() error {
	if f.total == 0 {
		return nil
	}
	e := model.Invalidf("", "nothing was imported: the file has %s", model.Plural(int64(f.total), "fault", "faults"))
	for _, x := range f.shown() {
		e.Faults = append(e.Faults, model.Fault{Field: x.place(), Detail: x.Detail})
	}
	if more := f.total - len(f.list); more > 0 {
		e.Faults = append(e.Faults, model.Fault{Field: "and", Detail: model.FormatCount(int64(more)) + " more"})
	}
	return e
}

// webhookFaults are the faults that the webhook of an order or a scan has, or nil.
func webhookFaults(err error) []model.Fault {
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind == model.Invalid {
		return e.Faults
	}
	return nil
}
