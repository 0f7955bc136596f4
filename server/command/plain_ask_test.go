package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

// The question for an order of the list has a way out, and the letters do as elsewhere.
func TestPlain_SortOrders_HasAWayOut(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	const question, stays = "Say a number: 1 the newest first", "The list stays as it is."
	for said, want := range map[string]struct {
		asked, left int
	}{"": {1, 1}, ".": {1, 1}, "b": {1, 1}, "q": {1, 0}, "h": {2, 1}, "9": {2, 1}, "what": {2, 1}} {
		got := talk(t, p.store, model.Viewer, "o", "s", said, "", "q")
		if n := strings.Count(got, question); n != want.asked || strings.Count(got, stays) != want.left {
			t.Errorf("%q: asked %d times:\n%s", said, n, got)
		}
	}
}

// A letter that does something elsewhere is taken in a form where the person says so.
func TestPlain_LetterInAForm_IsConfirmed(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	form := []string{"q@example.com", "", "", "letter-q", "n", "q"}
	got := talk(t, p.store, model.Owner, append([]string{"n", "q", "n", "q", "y"}, form...)...)
	if !strings.Contains(got, "Letters are answers here too: say . in a line of its own to give up.") || strings.Count(got, "Is “q” the answer?") != 2 || !strings.Contains(got, givesUp) {
		t.Errorf("it is not asked about:\n%s", got)
	}
	if is := p.admin("link show letter-q --json"); !strings.Contains(is, `"name":"q"`) {
		t.Errorf("%s", is)
	}
	if got := talk(t, p.store, model.Owner, "n", "q", "n", ".", "q"); !strings.HasSuffix(got, "> .\nNothing was done.\n"+got[strings.LastIndex(got, "Link tracking"):]) {
		t.Errorf("it is not given up:\n%s", got)
	}
}

// One of two reports to an address ends alone, or the question says that both end.
func TestPlain_EndOneReport_SaysWhatEnds(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	p.admin("report add boss@example.com --weekly")
	p.admin("report add boss@example.com --daily --event summerfest")
	p.admin("report add other@example.com --daily")
	about := func(event bool) string {
		for n := 1; n <= 3; n++ {
			got := talk(t, p.store, model.Owner, "p", "2", string(rune('0'+n)), "n", "q")
			_, question, _ := strings.Cut(got, "End ")
			if strings.Contains(question, "boss@example.com?") && strings.Contains(question[:strings.Index(question, "?")], "about Summer Fest") == event {
				return question
			}
		}
		return ""
	}
	if got := about(false); !strings.HasPrefix(got, "all 2 reports to boss@example.com? The one about every event ends with the others; to end one of those alone, choose its own number.") {
		t.Errorf("%s", got)
	}
	if got := about(true); !strings.HasPrefix(got, "the daily numbers about Summer Fest to boss@example.com? y for yes") {
		t.Errorf("%s", got)
	}
}
