package shop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Trigger is what Eventbrite posts where its webhook's Test is pressed.
func (eventbrite) Trigger(a Account, at time.Time) Delivery {
	d := sampleDelivery(object{
		"config":  object{"action": "test", "user_id": "0", "webhook_id": "0"},
		"api_url": eventbriteAPI + "/v3/webhooks/test/",
	}, at)
	d.Header.Set("X-Eventbrite-Event", "test")
	d.Query.Set(secretParameter, a.newest())
	return d
}

// TestOrder is a real order of nothing, which counts until it is cancelled.
func (eventbrite) TestOrder(_ Account, link string) string {
	return "Eventbrite has no test mode: give the event a free ticket that is hidden, or a discount of 100 %, open " + link + ", and order one. It counts as a sale until you cancel it in Eventbrite."
}

// Probe asks whose token it is, and whether the event is of one of its organizations: the
// orders of others cannot be read.
func (eventbrite) Probe(ctx context.Context, client *http.Client, a Account, event string) (p Probed, err error) {
	api, err := openAPI("Eventbrite", client, a, eventbriteAPI, "Bearer")
	if err != nil {
		return p, err
	}
	var own struct {
		Organizations list[struct {
			ID text `json:"id"`
		}] `json:"organizations"`
	}
	if err := api.get(ctx, "/v3/users/me/organizations/", &own); err != nil {
		return p, err
	}
	if !isNumber(text(event)) {
		return p, fmt.Errorf("the event %s is none of Eventbrite: its ids are numbers", quoted(event))
	}
	var about struct {
		Organization text `json:"organization_id"`
	}
	err = api.get(ctx, "/v3/events/"+event+"/", &about)
	if _, absent := errors.AsType[*notFound](err); absent {
		return p, fmt.Errorf("the event %s is not known to Eventbrite: compare what the event is called here with the address of its page there", quoted(event))
	}
	if err != nil {
		return p, err
	}
	for _, o := range own.Organizations {
		if o.ID == about.Organization && o.ID != "" {
			p.Reads = "The token reads the event " + quoted(event) + " in Eventbrite, and its orders."
			return p, nil
		}
	}
	return p, fmt.Errorf("the event %s is of another organization in Eventbrite than those of the token, so its orders cannot be read: copy the private token of a member of the event's organization", quoted(event))
}
