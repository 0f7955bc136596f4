package platform

import (
	"slices"
	"testing"

	"lastclick/model"
)

func TestClients_Order_ByName(t *testing.T) {
	stored := []model.Client{{Slug: "harbour", Name: "Harbour Hall"}, {Slug: "lantern", Name: "paper Lantern"}, {Slug: "northside", Name: "Northside"}}
	var got []string
	for _, c := range byName(stored) {
		got = append(got, c.Slug)
	}
	if want := []string{"harbour", "northside", "lantern"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	if stored[1].Slug != "lantern" {
		t.Error("the store's own list is changed")
	}
}
