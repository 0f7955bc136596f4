package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// Those who sell read by which click a ticket is credited, and how long one counts; those
// who may change it also read how.
func TestAttribution_InWords_WhereLinksAndPeopleAre(t *testing.T) {
	const words, change = "Attribution: last click, 30 days", " · set on Clients (E)"
	for _, role := range []model.Role{model.Viewer, model.Member, model.Owner, model.Admin} {
		c := open(t, setup{client: "acme", role: role, profile: termenv.Ascii})
		c.press("enter")
		c.sees(words)
		if may := role == model.Admin; may {
			c.sees(words + change)
		} else {
			c.misses(change)
		}
		if role == model.Viewer || role == model.Member {
			continue // without a team
		}
		c.press("4")
		c.sees("Who signs in", words)
	}
}
