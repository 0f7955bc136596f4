package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// sendingLink is a console whose form for a new link has been sent, and is not yet answered.
func sendingLink(t *testing.T) (*console, *fakeStore) {
	t.Helper()
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.press("n")
	c.write("Kim")
	c.press("tab")
	c.write("kim@example.com")
	c.hold = true
	c.press("ctrl+s")
	return c, store
}

// What is typed behind a form that is on its way is for the page that comes after it.
func TestSending_KeysBehind_AreForThePageAfter(t *testing.T) {
	c, store := sendingLink(t)
	c.press("c")
	if len(c.copied) > 0 || len(store.added) > 0 {
		t.Fatal("the key did not wait")
	}
	c.release()
	if len(store.added) != 1 || len(c.copied) != 1 {
		t.Errorf("added %d, copied %q:\n%s", len(store.added), c.copied, c.screen())
	}
}

// None of them answers a question.
func TestSending_KeysBehind_AnswerNoQuestion(t *testing.T) {
	c, store := sendingLink(t)
	c.press("a", "y")
	c.release()
	if c.asked == nil || len(store.calls) > 0 {
		t.Errorf("asked %v, calls %v", c.asked, store.calls)
	}
}

// Behind a form that is refused they are dropped, and no field takes them.
func TestSending_Refused_KeysBehindAreDropped(t *testing.T) {
	c, store := sendingLink(t)
	store.fail = &model.Error{Kind: model.Conflict, Msg: "the code is taken"}
	c.press("c", "x")
	c.release()
	c.sees("The code is taken", "[ Kim ")
	c.misses("Kimc", "[ Add Tracking Linkc")
	if len(c.copied) > 0 {
		t.Errorf("copied %q", c.copied)
	}
}

// esc is answered, and takes back what was typed behind.
func TestSending_Esc_IsAnswered(t *testing.T) {
	c, store := sendingLink(t)
	c.press("c", "esc")
	c.sees("It has been sent: the answer is on its way")
	c.release()
	if len(store.added) != 1 || len(c.copied) > 0 {
		t.Errorf("added %d, copied %q", len(store.added), c.copied)
	}
}
