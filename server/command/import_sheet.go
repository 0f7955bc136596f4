package command

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"lastclick/model"
)

// Bounds of a file that is imported. All of it is held while it is checked.
const (
	maxImportBytes = 16 << 20
	maxImportLines = 200_000 // beneath the header
)

// sheetSpec says which columns a file may have.
type sheetSpec struct {
	required []string
	optional []string
	also     map[string]string // other names of columns
	instead  map[string]string // a column of a file of another kind, and what to say of that file
}

// sheet is a file that was read.
type sheet struct {
	lines   int // beneath the header
	width   int // cells of the header
	columns []string
	ignored []string // the columns that are not in the spec, as the file names them
	sha256  string
}

func (t sheet) has(column string) bool { return slices.Contains(t.columns, column) }

// sheetRow is a line of the file beneath its header. A cell with line breaks makes it several
// lines; its number is that of the first.
type sheetRow struct {
	line  int
	cells []string
	at    map[string]int
}

// get is the cell of the column: empty where the file has no such column. What spreadsheet.Cell
// puts in front of a formula is taken away again.
func (r sheetRow) get(column string) string {
	i, ok := r.at[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	cell := strings.TrimSpace(r.cells[i])
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@", cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

// errTooLarge is what a boundedReader returns.
var errTooLarge = &model.Error{Kind: model.Invalid, Msg: fmt.Sprintf("the file has more than %d MiB", maxImportBytes>>20), Hint: "split it, with the header in each part and the lines of one order together"}

// boundedReader fails after so many bytes, where io.LimitReader would end: the beginning
// of a file must not be taken for the whole.
type boundedReader struct {
	r    io.Reader
	left int
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

var byteOrderMark = []byte("\ufeff")

// read reads a CSV file (RFC 4180) in UTF-8, with or without a byte order mark, its cells
// parted by commas or semicolons, its columns in any order. It calls each for every line
// that has the cells of its header; what is wrong with the others is added to faults. Its
// error is about the file as a whole.
func (p sheetSpec) read(in io.Reader, faults *lineFaults, each func(sheetRow)) (sheet, error) {
	sum := sha256.New()
	text := bufio.NewReaderSize(io.TeeReader(&boundedReader{in, maxImportBytes}, sum), 64<<10)
	start, err := text.Peek(text.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return sheet{}, brokenOff(err)
	}
	if bytes.HasPrefix(start, byteOrderMark) {
		_, _ = text.Discard(len(byteOrderMark)) // it was peeked
		start = start[len(byteOrderMark):]
	}
	if len(bytes.TrimSpace(start)) == 0 {
		return sheet{}, &model.Error{Kind: model.Invalid, Msg: "there is nothing on standard input", Hint: "send it a CSV file, with: < FILE.csv"}
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return sheet{}, &model.Error{Kind: model.Invalid, Msg: "the file is not CSV in UTF-8", Hint: "save it as “CSV UTF-8”; a spreadsheet's own format cannot be imported"}
	}
	c := csv.NewReader(text)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = delimiter(start), -1, true
	t, at, err := p.header(c)
	if err != nil {
		return t, err
	}
	t.lines, err = eachRow(c, t.width, at, faults, each)
	t.sha256 = hex.EncodeToString(sum.Sum(nil))
	return t, err
}

// delimiter is what parts the cells of the first line.
func delimiter(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte{'\n'})
	if bytes.Count(line, []byte{';'}) > bytes.Count(line, []byte{','}) {
		return ';'
	}
	return ','
}

// header reads the names of the columns.
func (p sheetSpec) header(c *csv.Reader) (t sheet, at map[string]int, err error) {
	names, err := c.Read()
	if err != nil {
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return t, nil, model.Invalidf("", "line %d of the file cannot be read: %s", bad.Line, quoteFault(bad))
		}
		return t, nil, brokenOff(err)
	}
	t.width = len(names)
	at = make(map[string]int, len(names))
	for i, name := range names {
		column := columnName(name)
		if also, ok := p.also[column]; ok {
			column = also
		}
		_, twice := at[column]
		switch {
		case column == "":
		case !slices.Contains(p.required, column) && !slices.Contains(p.optional, column):
			t.ignored = append(t.ignored, model.Truncate(model.Line(name), 40))
		case twice:
			return t, nil, model.Invalidf("", "the column %s stands in the file twice", column)
		default:
			at[column] = i
			t.columns = append(t.columns, column)
		}
	}
	return t, at, p.missing(t, names)
}

// missing says which required columns the file has not.
func (p sheetSpec) missing(t sheet, names []string) error {
	var missing []string
	for _, column := range p.required {
		if !t.has(column) {
			missing = append(missing, column)
		}
	}
	if missing == nil {
		return nil
	}
	for column, sentence := range p.instead {
		if slices.ContainsFunc(names, func(name string) bool { return columnName(name) == column }) {
			return model.Invalidf("", "%s", sentence)
		}
	}
	e := model.Invalidf("", "the file has no %s %s", plural(len(missing), "column", "columns"), strings.Join(missing, ", "))
	e.Hint = "its first line must name the columns; those that are needed are " + strings.Join(p.required, ", ")
	return e
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// columnName is the name of a column in small letters, without what stands in brackets
// behind it, such as a timezone: "Face Value" is face_value.
func columnName(name string) string {
	name, _, _ = strings.Cut(name, "(")
	name = strings.ToLower(strings.TrimSpace(name))
	return strings.NewReplacer(" ", "_", "-", "_").Replace(name)
}

// eachRow reads the lines beneath the header, and returns how many there are.
func eachRow(c *csv.Reader, width int, at map[string]int, faults *lineFaults, each func(sheetRow)) (lines int, err error) {
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			faults.add(bad.StartLine, "", quoteFault(bad))
			return lines, nil // where the next line begins is not known
		}
		if err != nil {
			return lines, brokenOff(err)
		}
		line, _ := c.FieldPos(0)
		if blank(cells) {
			continue
		}
		if lines++; lines > maxImportLines {
			e := model.Invalidf("", "the file has more than %s lines", model.FormatCount(maxImportLines))
			e.Hint = errTooLarge.Hint
			return lines, e
		}
		switch {
		case slices.ContainsFunc(cells, func(cell string) bool { return !utf8.ValidString(cell) }):
			faults.add(line, "", "is not UTF-8: save the file as “CSV UTF-8”")
		case len(cells) < width || !blank(cells[width:]):
			faults.add(line, "", fmt.Sprintf("has %d cells, and the header has %d: a text with a %q needs quotes around it", len(cells), width, string(c.Comma)))
		default:
			each(sheetRow{line, cells, at})
		}
	}
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" })
}

func quoteFault(bad *csv.ParseError) string {
	if errors.Is(bad, csv.ErrQuote) || errors.Is(bad, csv.ErrBareQuote) {
		return `has a quote (") in a wrong place: a text with quotes in it stands in quotes, and each of its own is doubled`
	}
	return "is not CSV: " + bad.Err.Error()
}

// brokenOff is the error of a standard input that did not come whole.
func brokenOff(err error) error {
	if e, ok := errors.AsType[*model.Error](err); ok {
		return e
	}
	return &model.Error{Kind: model.Malformed, Msg: "the file did not arrive whole, so nothing was imported", Hint: "send it again, without -t if the command asks for a terminal", Err: err}
}
