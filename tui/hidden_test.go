package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
)

// A page of a tab that is not on screen reads nothing by itself, and goes on when it is.
func TestRetry_TabNotOnScreen_Waits(t *testing.T) {
	c, store := ordersOf(t, 10)
	store.failing = &model.Error{Kind: model.Busy, Msg: "the database is away"}
	c.press("R", "1")
	n := len(store.asked)
	c.elapse()
	c.elapse()
	if len(store.asked) != n {
		t.Errorf("%d reads for a page that nobody sees", len(store.asked)-n)
	}
	c.press("3")
	n = len(store.asked)
	c.elapse()
	if len(store.asked) == n {
		t.Error("on screen again, it is not tried again")
	}
}

// A toast of several lines lies on the page, which does not move for it.
func TestToast_LongText_PageStays(t *testing.T) {
	c := open(t, setup{client: "acme", w: 60, h: 20, store: manyLinks(60), profile: termenv.Ascii})
	c.press("j", "j")
	before := strings.Split(c.screen(), "\n")
	c.drain(c.Toast(page.Success, strings.Repeat("a long story ", 10)))
	c.app.Update(nil) // draws
	after := strings.Split(c.screen(), "\n")
	if len(c.foot()) < 3 {
		t.Fatalf("the toast has %d lines", len(c.foot()))
	}
	for i := range len(after) - len(c.foot()) {
		if after[i] != before[i] {
			t.Errorf("line %d was %q and is %q", i, before[i], after[i])
		}
	}
}
