package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"github.com/spf13/cobra"
	"rsc.io/qr"

	"lastclick/model"
)

// quiet is the empty border that a QR code needs, in modules (ISO/IEC 18004 §6.3.8).
const quiet = 4

// qrAnswer is `link qr --json`.
type qrAnswer struct {
	Code string `json:"code"`
	URL  string `json:"url"` // what the QR code says
	PNG  string `json:"png_url"`
	SVG  string `json:"svg_url"`
}

func (s *session) linkQR() *cobra.Command {
	return s.leaf(spec{
		use:      "qr CODE",
		short:    "Draw a tracking link's shortlink as a QR code.",
		more:     "Scans are told from clicks: the code carries ?qr. The same code for print is at the addresses beneath it.",
		examples: []string{"-t link qr ana", "link qr ana --json"},
		role:     model.Viewer,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			detail, err := s.Store.Link(ctx, a, model.FoldCode(args[0]))
			if err != nil {
				return err
			}
			l := detail.Link
			image := strings.TrimSuffix(l.ShortURL, l.Code) + "qr/" + l.Code
			out := qrAnswer{l.Code, l.ShortURL + "?qr", image + ".png", image + ".svg"}
			code, err := qr.Encode(out.URL, qr.M)
			if err != nil {
				return fmt.Errorf("draw the QR code of %s: %w", l.Code, err)
			}
			return s.reply(answer{json: out, text: func(p *page) { qrPage(p, code, out, l.Archived) }})
		},
	})
}

func qrPage(p *page, code *qr.Code, out qrAnswer, archived bool) {
	coloured := p.style != nil && p.style.ColorProfile() != termenv.Ascii
	size := code.Size + 2*quiet
	switch {
	case p.width > 0 && p.width < size:
		p.say(fmt.Sprintf("The QR code needs a terminal of %d columns, this one has %d. Make it wider, or open the picture:", size, p.width))
		p.put("  " + out.PNG)
	case coloured:
		ink := p.style.NewStyle().Foreground(lipgloss.Color("#000000")).Background(lipgloss.Color("#ffffff"))
		for _, line := range halfBlocks(code, true) {
			p.raw(ink.Render(line))
		}
	default:
		for _, line := range halfBlocks(code, false) {
			p.raw(line)
		}
		p.gap()
		p.say("Drawn for light text on a dark background. On a light terminal it is inverted, which some cameras do not read: use a terminal with colours (ssh -t), or the picture at " + out.PNG)
	}
	p.gap()
	p.put(out.URL)
	if archived {
		p.say("The link is archived: scans lead to its page and count nothing.")
	}
}

// halfBlocks draws the dark modules, or, for a terminal whose own ground is dark, the
// light ones.
func halfBlocks(code *qr.Code, dark bool) []string {
	return model.HalfBlocks(code.Size, quiet, func(x, y int) bool { return code.Black(x, y) == dark })
}
