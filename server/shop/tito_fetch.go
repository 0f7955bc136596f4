package shop

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const titoAPI = "https://api.tito.io"

// titoFetched is a registration as GET /v3/{account}/{event}/registrations/{slug} answers
// it in version 3.0, with all of its tickets and their states.
type titoFetched struct {
	Registration struct {
		titoRegistration
		Incomplete truth `json:"payment_incomplete"`
		Free       truth `json:"free"`
		Tickets    []struct {
			titoTicket
			ReleaseSlug text `json:"release_slug"`
		} `json:"tickets"`
	} `json:"registration"`
}

// Fetch reads a registration, its event for the currency, and where a discount code was
// used its releases for their list prices. In the API paid says that it is not free, and
// payment_incomplete that it is not paid yet.
func (tito) Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error) {
	if a.Token != "" {
		a.Token = "token=" + a.Token
	}
	shop, err := openAPI("Tito", client, a, titoAPI, "Token")
	if err != nil {
		return nil, err
	}
	var answer titoFetched
	if err := shop.get(ctx, f.Path+"?version=3.0", &answer); err != nil {
		return nil, err
	}
	in := answer.Registration.titoRegistration
	in.Paid = nil
	if in.waits() != "" || bool(answer.Registration.Incomplete) && !bool(answer.Registration.Free) {
		return nil, nil
	}
	event, _, ok := strings.Cut(f.Path, "/registrations/")
	if !ok {
		return nil, unmapped("path", "names no registration")
	}
	var about struct {
		Event struct {
			Slug     text `json:"slug"`
			Currency text `json:"currency"`
		} `json:"event"`
	}
	if err := shop.get(ctx, event+"?version=3.0", &about); err != nil {
		return nil, err
	}
	in.Currency, in.Event.Slug = about.Event.Currency, about.Event.Slug
	prices := make(map[text]text)
	for _, t := range answer.Registration.Tickets {
		if in.Discount != "" && t.ReleaseSlug != "" {
			if t.Release.Price, err = titoListPrice(ctx, shop, event, t.ReleaseSlug, prices); err != nil {
				return nil, err
			}
		}
		in.Tickets = append(in.Tickets, t.titoTicket)
	}
	o, at, step, err := in.order()
	if err != nil {
		return nil, err
	}
	o.Version = fetchedVersion(began, at, step)
	w, err := orderWebhook(Tito, began, o, Delivery{Received: began})
	if err != nil {
		return nil, err
	}
	return []Webhook{w}, nil
}

// titoListPrice reads what a release costs; prices keeps those that are known.
func titoListPrice(ctx context.Context, shop *api, event string, slug text, prices map[text]text) (text, error) {
	if price, ok := prices[slug]; ok {
		return price, nil
	}
	var about struct {
		Release struct {
			Price text `json:"price"`
		} `json:"release"`
	}
	if err := shop.get(ctx, fmt.Sprintf("%s/releases/%s?version=3.0", event, url.PathEscape(string(slug))), &about); err != nil {
		return "", err
	}
	prices[slug] = about.Release.Price
	return about.Release.Price, nil
}
