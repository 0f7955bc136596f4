package command

import (
	"context"
	"iter"
	"testing"

	"lastclick/model"
)

// importStore knows one checkout and no event or link, and takes every webhook.
type importStore struct{ fakeStore }

func (importStore) CheckoutByName(name string) (model.Checkout, bool) {
	return model.Checkout{ID: 1, Name: name, Kind: "standard"}, name == "shop"
}

func (importStore) LinkByCode(string) (model.Target, bool) { return model.Target{}, false }

func (importStore) Rehearse(_ context.Context, deliveries iter.Seq[model.Delivery], say func(model.Outcome, error)) error {
	for d := range deliveries {
		say(model.Outcome{Status: model.Applied, Order: d.Webhook.Order.ID}, nil)
	}
	return nil
}

func (importStore) EventPage(string) (model.Page, bool) { return model.Page{}, false }

// FuzzImport pipes any file into each import, and says what would happen.
func FuzzImport(f *testing.F) {
	f.Add(orderFileText)
	f.Add("ticket,at\nT-1,2026-06-20T19:00:00Z\n")
	f.Add("name,email,event\n\"=1\",x@example.com,summerfest\n")
	f.Add("tiCket,At")
	f.Add("order;\"placed_at\n\x00\xff,\u202e")
	f.Fuzz(func(t *testing.T, file string) {
		for _, line := range []string{"order import --dry-run", "scan import --dry-run", "link import --dry-run", "order import --dry-run --json"} {
			fault := func(err error) string { t.Errorf("%s: %v", line, err); return "" }
			got := caller{store: importStore{fakeStore{name: "Ana"}}, role: model.Admin, in: file, fault: fault}.run(t, words(line)...)
			if err := harmless(got.out + got.err); err != nil || got.code < 0 || got.code > 2 {
				t.Errorf("%s of %q: exit %d, %v\n%s%s", line, file, got.code, err, got.out, got.err)
			}
		}
	})
}
