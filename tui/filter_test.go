package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"
)

// findable is the client of newFake with what people look for.
func findable() *fakeStore {
	s := newFake()
	s.stats.Links[0].Link.Name, s.stats.Links[0].Link.Aliases = "Google Ads, Summer", []string{"ana10"}
	s.stats.Links[2].Link.Name = "Zoë\x1b[2J Müller"
	return s
}

func TestTracking_Filter_SeveralWordsOverAllThatPeopleKnow(t *testing.T) {
	for typed, want := range map[string]string{
		"ads sum": "ana", "sum ads goog": "ana", "ANA10": "ana", "zoe mull": "flyer-a5", "ZOË": "flyer-a5", "flyer-a5@example": "flyer-a5",
		"summerfest": "bo-dj", "fest 2026": "bo-dj", "dj fest": "bo-dj", "latenight": "flyer-a5", "late night": "flyer-a5",
		"rosa latenight": "",
	} {
		c := open(t, setup{client: "acme", store: findable(), w: 160, h: 24, profile: termenv.Ascii})
		c.press("/")
		c.write(typed)
		shown := 0
		for _, code := range []string{"ana", "bo-dj", "flyer-a5", "k7m2xq"} {
			is := strings.Contains(c.screen(), "  "+code+" ")
			if is != strings.Contains(" "+want+" ", " "+code+" ") {
				t.Errorf("%q: %s is shown: %v\n%s", typed, code, is, c.screen())
			}
			if is {
				shown++
			}
		}
		if shown > 0 {
			c.sees(string(rune('0'+shown)) + "/3 links shown")
		}
	}
}

func TestTracking_FilterWithoutExactMatch_ShowsWhatIsClose(t *testing.T) {
	c := open(t, setup{client: "acme", store: findable(), w: 160, h: 24, profile: termenv.Ascii})
	c.press("/")
	c.write("gogle")
	c.sees("none exact, 1/3 links close to it", "Google Ads, Su")
	c.press("backspace", "backspace", "backspace") // "go" is in it as it is
	c.sees("1/3 links shown")
	c.write("zzz")
	c.sees("No link matches “gozzz”.")
}

// The ticket types of links that are unfolded are found too, with the words of their link.
func TestTracking_FilterUnfoldedTicketTypes_FindsThem(t *testing.T) {
	c := open(t, setup{client: "acme", store: findable(), w: 160, h: 24, profile: termenv.Ascii})
	c.press("/")
	c.write("goo vip")
	c.sees("No link matches")
	c.press("esc", "g", " ", "/") // unfolded
	c.write("goo vip")
	c.sees("1/3 links shown", "Google Ads", "VIP")
	c.misses("General Admission")
	c.press("esc", "/")
	c.write("goo")
	c.sees("General Admission", "VIP")
}
