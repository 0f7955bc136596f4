package shop

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Trigger is a message of no action that pretix has: it has no ping of its own.
func (pretix) Trigger(a Account, at time.Time) Delivery {
	d := sampleDelivery(object{"notification_id": 0, "organizer": "lastclick", "event": "lastclick", "action": "lastclick.test"}, at)
	request := http.Request{Header: d.Header}
	request.SetBasicAuth("lastclick", a.newest())
	return d
}

// TestOrder is by the event's test mode.
func (pretix) TestOrder(_ Account, link string) string {
	return "In pretix, turn on the test mode of the event, open " + link + ", and order a ticket."
}

// pretixNothing is the code of no order and no voucher.
const pretixNothing = "LASTCLICKTEST"

// Probe asks for the organizers of the token, finds the event, and looks for an order and a
// voucher that are not there.
func (pretix) Probe(ctx context.Context, client *http.Client, a Account, event string) (p Probed, err error) {
	api, err := openAPI("pretix", client, a, "", "Token")
	if err != nil {
		return p, err
	}
	var organizers struct {
		Results list[struct {
			Slug text `json:"slug"`
		}] `json:"results"`
	}
	if err := api.get(ctx, "/api/v1/organizers/", &organizers); err != nil {
		return p, err
	}
	slug, _, _ := strings.Cut(event, "/") // in a series the date is behind it
	var paths []string
	for _, o := range organizers.Results {
		if plainID(string(o.Slug), "-._", 50) {
			paths = append(paths, "/api/v1/organizers/"+string(o.Slug)+"/events/"+url.PathEscape(slug)+"/")
		}
	}
	path, err := api.readOne(ctx, paths, slug)
	if err != nil {
		return p, err
	}
	if err := api.mayRead(ctx, path+"orders/?code="+pretixNothing, "orders"); err != nil {
		return p, err
	}
	err = api.mayRead(ctx, path+"vouchers/?code="+pretixNothing, "vouchers")
	if rightOf(err) != "" {
		p.Lacks, err = "It may not read vouchers, so no voucher that a buyer enters credits a link: give its team that right in pretix.", nil
	}
	p.Reads = "The token reads orders of the event " + quoted(slug) + " in pretix."
	return p, err
}
