package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// A platform's hook is removed as the platform's, whatever client the admin works on.
func TestHooks_AdminOnAClient_RemovesThePlatforms(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", role: model.Admin, store: store, profile: termenv.Ascii})
	c.press("7", "H", "G", "-", "enter")
	if len(store.calls) != 0 {
		t.Fatalf("without a yes: %q", store.calls)
	}
	c.press("-", "y")
	if got := strings.Join(store.calls, ", "); got != `hook remove https://warehouse.example/in of ""` {
		t.Errorf("it calls %s", got)
	}
}
