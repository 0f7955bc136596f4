package shop

import (
	"context"
	"net/http"
	"time"
)

const ttAPI = "https://api.tickettailor.com"

// Fetch reads an order, which holds its tickets. The token is an API key. The order says
// itself when its tickets last changed, so its version is made as that of a message.
func (ticketTailor) Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error) {
	shop, err := openAPI("Ticket Tailor", client, basic(a, a.Token+":"), ttAPI, "Basic") // no password
	if err != nil {
		return nil, err
	}
	var in ttOrder
	if err := shop.get(ctx, f.Path, &in); err != nil {
		return nil, err
	}
	if in.waits() != "" {
		return nil, nil
	}
	o, changed, err := in.order("")
	if err != nil {
		return nil, err
	}
	o.Version = o.ttVersion(in.since(changed, began), began)
	w, err := orderWebhook(TicketTailor, began, o, Delivery{Received: began})
	if err != nil {
		return nil, err
	}
	return []Webhook{w}, nil
}
