package ui

import (
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// A reader needs the light border all around, on dark terminals too. The lines above the
// code are only spaces, and a style is left out of those elsewhere.
func TestQRCode_QuietZone_IsLightOnEachLine(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.ANSI)
	theme := NewTheme(r, false)
	lines := theme.QRCode("https://t.example/ana?qr", 80, 24)
	if len(lines) < 15 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, l := range lines {
		if !strings.HasPrefix(l, theme.QR.before) || !strings.HasSuffix(l, theme.QR.after) {
			t.Errorf("line %d is not on light ground: %q", i, l)
		}
	}
	if first := strings.Trim(lines[0], " "); first != theme.QR.before+strings.Repeat(" ", Width(lines[0]))+theme.QR.after {
		t.Errorf("the first line is %q", lines[0])
	}
}
