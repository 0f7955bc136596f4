package platform

import (
	"strings"
	"testing"

	"lastclick/tui/ui"
)

func TestInboxBody_Long_IsBounded(t *testing.T) {
	for _, one := range []struct {
		body  string
		rest  int
		lines int
	}{
		{`{"data":{"a":1}}`, 0, 5},
		{strings.Repeat("x", 76), 0, 1},
		{strings.Repeat("x", maxBody+5000), 5000, (maxBody + 75) / 76},
		{"[" + strings.Repeat("1,", maxBody/2-2) + "1]", 0, (maxBody - 2 + 75) / 76}, // too long with its lines indented
	} {
		d := ui.Writer{Theme: ui.NewTheme(nil, false), W: 80}
		if rest := writeBody(&d, one.body); rest != one.rest || len(d.Lines) != one.lines {
			t.Errorf("%.20s: %d lines and %d bytes more, not %d and %d", one.body, len(d.Lines), rest, one.lines, one.rest)
		}
	}
}

func TestWriteBody_ControlCharacters_AreHarmless(t *testing.T) {
	d := ui.Writer{Theme: ui.NewTheme(nil, false), W: 80}
	writeBody(&d, "{\"a\":\"\\u001b[2J\x1b[2J\"}")
	if text := strings.Join(d.Lines, "\n"); strings.Contains(text, "\x1b") || !strings.Contains(text, `\u001b[2J^[[2J`) {
		t.Errorf("%q", text)
	}
}
