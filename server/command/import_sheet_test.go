package command

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"lastclick/model"
)

var abcSheet = sheetSpec{
	required: []string{"a", "b"}, optional: []string{"face_value"}, also: map[string]string{"bar": "b"},
	instead: map[string]string{"other": "this is another file"},
}

// sheetText is what was read of a file, as text: its lines, its faults, its error.
func sheetText(in io.Reader) string {
	var b strings.Builder
	var faults lineFaults
	t, err := abcSheet.read(in, &faults, func(r sheetRow) {
		fmt.Fprintf(&b, "%d %q %q %q\n", r.line, r.get("a"), r.get("b"), r.get("face_value"))
	})
	for _, f := range faults.shown() {
		fmt.Fprintln(&b, strings.TrimSpace(f.place()+": "+f.Detail))
	}
	for _, name := range t.ignored {
		fmt.Fprintln(&b, "ignored", name)
	}
	if err != nil {
		msg, public := model.PublicMessage(err)
		fmt.Fprintln(&b, "error", public, msg)
	}
	return b.String()
}

func TestImportSheet_EachDialect_Read(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"plain":             {"a,b\n1,2\n", "2 \"1\" \"2\" \"\"\n"},
		"no end of line":    {"a,b\n1,2", "2 \"1\" \"2\" \"\"\n"},
		"another order":     {"b,face_value,a\n2,3,1\n", "2 \"1\" \"2\" \"3\"\n"},
		"byte order mark":   {"\ufeffa,b\n1,2\n", "2 \"1\" \"2\" \"\"\n"},
		"marked and quoted": {"\ufeff\"a\",\"b\"\n1,2\n", "2 \"1\" \"2\" \"\"\n"},
		"semicolons":        {"a;b;face_value\n1;2,5;45,00\n", "2 \"1\" \"2,5\" \"45,00\"\n"},
		"lines of Windows":  {"a,b\r\n1,2\r\n3,4\r\n", "2 \"1\" \"2\" \"\"\n3 \"3\" \"4\" \"\"\n"},
		"quotes":            {"a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\n3,4\n", "2 \"x,\\\"y\\\"\" \"two\\nlines\" \"\"\n4 \"3\" \"4\" \"\"\n"},
		"empty lines":       {"a,b\n\n,\n1,2\n,,\n", "4 \"1\" \"2\" \"\"\n"},
		"no lines":          {"a,b\n", ""},
		"spaces":            {" A , B ,Face Value\n 1 , 2 , 3 \n", "2 \"1\" \"2\" \"3\"\n"},
		"brackets and bars": {"a (Europe/London),bar,face-value\n1,2,3\n", "2 \"1\" \"2\" \"3\"\n"},
		"unknown columns":   {"a,what,b,\x1b[2J\n1,x,2,y\n", "2 \"1\" \"2\" \"\"\nignored what\nignored ^[[2J\n"},
		"unnamed column":    {"a,b,\n1,2,x\n", "2 \"1\" \"2\" \"\"\n"},
		"cells to spare":    {"a,b\n1,2,,\n", "2 \"1\" \"2\" \"\"\n"},
		"formula":           {"a,b\n'=1+1,'-x\n'quoted',''\n", "2 \"=1+1\" \"-x\" \"\"\n3 \"'quoted'\" \"''\" \"\"\n"},

		"cell too many":     {"a,b\n1,2,3\n4,5\n", "3 \"4\" \"5\" \"\"\nline 2: has 3 cells, and the header has 2: a text with a \",\" needs quotes around it\n"},
		"cell too few":      {"a;b;face_value\n1;2\n", "line 2: has 2 cells, and the header has 3: a text with a \";\" needs quotes around it\n"},
		"bad quote":         {"a,b\n1,2\n1,x\"y\n5,6\n", "2 \"1\" \"2\" \"\"\nline 3: has a quote (\") in a wrong place: a text with quotes in it stands in quotes, and each of its own is doubled\n"},
		"quote never ended": {"a,b\n1,\"2\n3,4\n", "line 2: has a quote (\") in a wrong place: a text with quotes in it stands in quotes, and each of its own is doubled\n"},
		"another encoding":  {"a,b\n1,caf\xe9\n", "line 2: is not UTF-8: save the file as “CSV UTF-8”\n"},

		"nothing":            {"", "error true there is nothing on standard input: send it a CSV file, with: < FILE.csv\n"},
		"blank":              {"\ufeff \r\n\n", "error true there is nothing on standard input: send it a CSV file, with: < FILE.csv\n"},
		"UTF-16":             {"\xff\xfea\x00,\x00b\x00\n\x00", "error true the file is not CSV in UTF-8: save it as “CSV UTF-8”; a spreadsheet's own format cannot be imported\n"},
		"one column missing": {"a,c\n1,2\n", "ignored c\nerror true the file has no column b: its first line must name the columns; those that are needed are a, b\n"},
		"two missing":        {"1,2\n3,4\n", "ignored 1\nignored 2\nerror true the file has no columns a, b: its first line must name the columns; those that are needed are a, b\n"},
		"twice":              {"a,b,A\n1,2,3\n", "error true the column a stands in the file twice\n"},
		"by another name":    {"a,b,bar\n1,2,3\n", "error true the column b stands in the file twice\n"},
		"another file":       {"a,other\n1,2\n", "ignored other\nerror true this is another file\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for how, in := range map[string]io.Reader{"at once": strings.NewReader(c.file), "byte by byte": iotest.OneByteReader(strings.NewReader(c.file))} {
				if got := sheetText(in); got != c.want {
					t.Errorf("%s:\n%s\nwant\n%s", how, got, c.want)
				}
			}
		})
	}
}

// The beginning of a file is never taken for the whole.
func TestImportSheet_BrokenOrTooLong_Refused(t *testing.T) {
	for name, c := range map[string]struct {
		in   io.Reader
		want string
	}{
		"broken in the header": {io.MultiReader(strings.NewReader("a,b"), iotest.ErrReader(io.ErrUnexpectedEOF)), "the file did not arrive whole"},
		"broken between lines": {io.MultiReader(strings.NewReader("a,b\n"+strings.Repeat("1,2\n", 100_000)), iotest.ErrReader(io.ErrUnexpectedEOF)), "the file did not arrive whole"},
		"too many lines":       {io.MultiReader(strings.NewReader("a,b\n"), strings.NewReader(strings.Repeat("1,2\n", maxImportLines+1))), "the file has more than 200,000 lines"},
		"too many bytes":       {io.MultiReader(strings.NewReader("a,b\n1,"), strings.NewReader(strings.Repeat("x", maxImportBytes))), "the file has more than 16 MiB"},
	} {
		var faults lineFaults
		_, err := abcSheet.read(c.in, &faults, func(sheetRow) {})
		if msg, ok := model.PublicMessage(err); !ok || !strings.HasPrefix(msg, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var faults lineFaults
	most := io.MultiReader(strings.NewReader("a,b\n"), strings.NewReader(strings.Repeat("1,2\n", maxImportLines)))
	if s, err := abcSheet.read(most, &faults, func(sheetRow) {}); err != nil || s.lines != maxImportLines || faults.total > 0 {
		t.Errorf("%d lines, %v", s.lines, err)
	}
}

func FuzzImportSheet(f *testing.F) {
	for _, s := range append([]string{"a,b\n1,2\n", "a;b\r\n\"x\";y", "\ufeffa,b\n'=1,2"}, hostile...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for line := range strings.SplitSeq(sheetText(strings.NewReader(s)), "\n") {
			if strings.HasPrefix(line, "error false") {
				t.Errorf("%q: %s", s, line)
			}
		}
	})
}

func TestImportCells_EachForm_ReadOrRefused(t *testing.T) {
	for cell, want := range map[string]string{
		"2026-06-01T10:00:00Z": "2026-06-01T10:00:00Z", "2026-06-01 11:00:00+01:00": "2026-06-01T10:00:00Z", "2026-06-01t10:00:00.250z": "2026-06-01T10:00:00.25Z",
		"2026-06-01 10:00:00": "", "01/06/2026 10:00": "", "2026-06-01": "", "": "", "2026-13-01T10:00:00Z": "",
	} {
		if got, err := timeCell(cell); got != want || (err == nil) != (want != "") {
			t.Errorf("time %q: %q, %v", cell, got, err)
		}
	}
	for cell, want := range map[string]bool{"true": true, "TRUE": true, "yes": true, "Yes": true, "false": false, "no": false, "": false} {
		if got, err := flagCell(cell, false); got != want || err != nil {
			t.Errorf("flag %q: %v, %v", cell, got, err)
		}
	}
	for _, cell := range []string{"1", "0", "y", "maybe"} {
		if _, err := flagCell(cell, false); err == nil {
			t.Errorf("flag %q was taken", cell)
		}
	}
	if got, err := flagCell("", true); !got || err != nil {
		t.Errorf("an empty flag: %v, %v", got, err)
	}
	for cell, want := range map[string]int64{"": 0, "0": 0, "7": 7, "9223372036854775807": 9223372036854775807} {
		if got, err := versionCell(cell); got != want || err != nil {
			t.Errorf("version %q: %d, %v", cell, got, err)
		}
	}
	for _, cell := range []string{"1.0", "one", "9223372036854775808"} {
		if _, err := versionCell(cell); err == nil {
			t.Errorf("version %q was taken", cell)
		}
	}
}

// Of many faults the first lines are told, and all are counted.
func TestImportFaults_Many_FirstLinesTold(t *testing.T) {
	var f lineFaults
	for n := 5000; n > 0; n-- {
		f.add(n, "a", "is wrong")
	}
	e, ok := errors.AsType[*model.Error](f.err())
	if !ok || len(e.Faults) != maxShownFaults+1 || e.Faults[0].Field != "line 1, a" || e.Faults[99].Field != "line 100, a" || e.Faults[100].Detail != "4,900 more" || !strings.Contains(e.Msg, "5,000 faults") {
		t.Errorf("%v", f.err())
	}
}
