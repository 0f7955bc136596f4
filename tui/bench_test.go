package tui

import (
	"testing"

	"github.com/muesli/termenv"
)

// BenchmarkKeyPress5000 is a key in a table of 5,000 links, and the frame after it.
// The bound is 5 ms a key.
func BenchmarkKeyPress5000(b *testing.B) {
	for _, k := range []struct {
		name string
		keys []string
	}{
		{"move", []string{"j"}},
		{"page", []string{"pgdown", "pgup"}},
		{"sort", []string{"s"}},
		{"unfold", []string{" "}},
		{"unfold_all", []string{"e"}},
		{"filter", []string{"/", "4", "backspace", "esc"}},
	} {
		b.Run(k.name, func(b *testing.B) {
			c := open(b, setup{client: "acme", store: manyLinks(5000), w: 120, h: 36, profile: termenv.ANSI})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.app.Update(keyMsg(k.keys[i%len(k.keys)]))
			}
		})
	}
}

// BenchmarkLiveChange is what a change costs a session beside the store: the new data
// measured, taken in, sorted and drawn.
func BenchmarkLiveChange(b *testing.B) {
	b.Run("30_links", func(b *testing.B) { liveChange(b, manyLinks(30)) })
	b.Run("5000_links", func(b *testing.B) { liveChange(b, manyLinks(5000)) })
}

func liveChange(b *testing.B, store *fakeStore) {
	c := open(b, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.ANSI})
	b.ReportAllocs()
	for b.Loop() {
		c.send(movedMsg{c.live.gen})
	}
}
