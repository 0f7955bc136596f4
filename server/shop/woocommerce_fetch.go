package shop

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// wooRefunded is a refund as GET /orders/{id}/refunds answers it.
type wooRefunded struct {
	Lines []struct {
		Quantity text `json:"quantity"` // below zero
		Meta     []struct {
			Key   text `json:"key"`
			Value any  `json:"value"`
		} `json:"meta_data"`
	} `json:"line_items"`
}

const wooPage = 100 // refunds in an answer, the most that WooCommerce gives

// Fetch reads an order and its refunds, which alone say how many units of which line they
// were for. The token is a key of the REST API and its secret, joined by a colon. A
// refund of an amount without a quantity takes no ticket back.
func (wooCommerce) Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error) {
	shop, err := openAPI("WooCommerce", client, basic(a, a.Token), "", "Basic")
	if err != nil {
		return nil, err
	}
	var in wooOrder
	if err := shop.get(ctx, f.Path, &in); err != nil {
		return nil, err
	}
	if in.waits() != "" {
		return nil, nil
	}
	lines, err := in.lines()
	if err != nil {
		return nil, err
	}
	if in.Status != "refunded" {
		if err := wooUnits(ctx, shop, f.Path, lines); err != nil {
			return nil, err
		}
	}
	o, at, err := in.order(lines)
	if err != nil {
		return nil, err
	}
	o.Version = fetchedVersion(began, at, time.Second)
	w, err := orderWebhook(WooCommerce, began, o, Delivery{Received: began})
	if err != nil {
		return nil, err
	}
	return []Webhook{w}, nil
}

// wooUnits takes the refunded units out of the lines.
func wooUnits(ctx context.Context, shop *api, order string, lines []wooSold) error {
	for page := 1; ; page++ {
		var refunds []wooRefunded
		if err := shop.get(ctx, fmt.Sprintf("%s/refunds?per_page=%d&page=%d", order, wooPage, page), &refunds); err != nil {
			return err
		}
		for i, r := range refunds {
			for j, refunded := range r.Lines {
				n, err := text(strings.TrimPrefix(string(refunded.Quantity), "-")).units(fmt.Sprintf("refunds[%d].line_items[%d].quantity", i, j))
				if err != nil {
					return err
				}
				for _, m := range refunded.Meta {
					if m.Key != "_refunded_item_id" {
						continue
					}
					for l := range lines {
						if lines[l].id == fmt.Sprint(m.Value) {
							lines[l].refunded = min(lines[l].refunded+n, lines[l].units)
						}
					}
				}
			}
		}
		if len(refunds) < wooPage {
			return nil
		}
	}
}

// basic is the account with a token for the scheme Basic: nothing of it where there is
// no token, so that its lack is said.
func basic(a Account, credentials string) Account {
	if a.Token != "" {
		a.Token = base64.StdEncoding.EncodeToString([]byte(credentials))
	}
	return a
}

// fetchedVersion is the version of an order that was read from began on: that time, in
// microseconds, or the shop's own last change where its clock is ahead of ours. So it is
// newer than what any earlier delivery says by itself, whose version is the time of a
// change and less than one step of the shop's clock.
func fetchedVersion(began, changed time.Time, step time.Duration) int64 {
	return max(began.UnixMicro(), changed.Truncate(step).UnixMicro()+step.Microseconds()-1)
}
