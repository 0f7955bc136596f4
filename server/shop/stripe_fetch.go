package shop

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"lastclick/model"
)

// maxLinePages bounds the pages of line items, of 100 each: an order has at most
// model.MaxTickets tickets.
const maxLinePages = model.MaxTickets/100 + 1

// readSession reads the session at path, or the one of a payment, with its charge. A
// payment that no session made is a session without an id.
func readSession(ctx context.Context, api *api, path string) (session stripeSession, err error) {
	if !strings.Contains(path, "?") {
		err = api.get(ctx, stripeQuery(path, "expand[]", "payment_intent.latest_charge"), &session)
		return session, err
	}
	var list struct {
		Data list[stripeSession] `json:"data"`
	}
	err = api.get(ctx, stripeQuery(path, "limit", "1", "expand[]", "data.payment_intent.latest_charge"), &list)
	if err != nil || len(list.Data) == 0 {
		return session, err
	}
	return list.Data[0], nil
}

type stripeLine struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Currency    string `json:"currency"`
	Quantity    int    `json:"quantity"`
	Subtotal    int64  `json:"amount_subtotal"`
	Total       int64  `json:"amount_total"`
	Price       struct {
		ID      string   `json:"id"`
		Product stripeID `json:"product"`
	} `json:"price"`
}

// readLines reads the line items of a session.
func readLines(ctx context.Context, api *api, session stripeSession) ([]line, error) {
	if !plainID(session.ID, "_", model.MaxID) {
		return nil, unmapped("id", "%s is no id of a session", quoted(session.ID))
	}
	var lines []line
	after := []string{"limit", stripePage}
	for range maxLinePages {
		var page struct {
			Data    list[stripeLine] `json:"data"`
			HasMore bool             `json:"has_more"`
		}
		if err := api.get(ctx, stripeQuery("/v1/checkout/sessions/"+session.ID+"/line_items", after...), &page); err != nil {
			return nil, err
		}
		for _, item := range page.Data {
			l, err := item.line(at("line_items", len(lines), ""), session.Currency)
			if err != nil {
				return nil, err
			}
			lines = append(lines, l)
		}
		if !page.HasMore || len(page.Data) == 0 {
			return lines, nil
		}
		after = []string{"limit", stripePage, "starting_after", page.Data[len(page.Data)-1].ID}
	}
	return nil, unmapped("line_items", "are more than an order may have")
}

// line makes the line of an item. field names it, with a point behind.
func (item stripeLine) line(field, currency string) (line, error) {
	if item.Currency != currency {
		return line{}, unmapped(field+"currency", "is another one than that of the session")
	}
	face, err := stripeAmount(item.Subtotal, currency)
	if err != nil {
		return line{}, unmapped(field+"amount_subtotal", "%v", err)
	}
	paid, err := stripeAmount(item.Total, currency)
	if err != nil {
		return line{}, unmapped(field+"amount_total", "%v", err)
	}
	return line{
		id: item.ID, event: string(item.Price.Product), kind: item.Price.ID, name: item.Description,
		units: item.Quantity, face: face, paid: &paid,
	}, nil
}

type stripeRefund struct {
	ID       string `json:"id"`
	Created  int64  `json:"created"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Status   string `json:"status"`
}

// readRefunds reads the amounts of a payment's refunds in minor units, the first one
// first. Those that failed or were cancelled are left out.
func readRefunds(ctx context.Context, api *api, session stripeSession) ([]int64, error) {
	intent := session.PaymentIntent.ID
	if !plainID(intent, "_", model.MaxID) {
		return nil, unmapped("payment_intent.id", "%s is no id of a payment", quoted(intent))
	}
	var list struct {
		Data    list[stripeRefund] `json:"data"`
		HasMore bool               `json:"has_more"`
	}
	if err := api.get(ctx, stripeQuery("/v1/refunds", "limit", stripePage, "payment_intent", intent), &list); err != nil {
		return nil, err
	}
	if list.HasMore {
		return nil, unmapped("refunds", "are more than %s", stripePage)
	}
	slices.SortFunc(list.Data, func(a, b stripeRefund) int {
		return cmp.Or(cmp.Compare(a.Created, b.Created), strings.Compare(a.ID, b.ID))
	})
	whole := session.PaymentIntent.Charge.Refunded >= session.PaymentIntent.Charge.Amount
	var amounts []int64
	for i, r := range list.Data {
		if r.Status == "failed" || r.Status == "canceled" {
			continue
		}
		if r.Currency != session.Currency {
			if whole {
				return nil, nil // nothing is left to tell apart
			}
			return nil, unmapped(at("refunds", i, "currency"), "is another one than that of the session, so the refunded tickets cannot be told")
		}
		amount, err := stripeAmount(r.Amount, r.Currency)
		if err != nil {
			return nil, unmapped(at("refunds", i, "amount"), "%v", err)
		}
		amounts = append(amounts, amount)
	}
	return amounts, nil
}

// readPromotionCode is the code that the customer entered, empty for none. A key that may
// not read promotion codes costs the code, not the order.
func readPromotionCode(ctx context.Context, api *api, session stripeSession) (string, error) {
	for _, d := range session.Discounts {
		if !plainID(string(d.PromotionCode), "_", model.MaxID) {
			continue
		}
		var promotion struct {
			Code string `json:"code"`
		}
		err := api.get(ctx, "/v1/promotion_codes/"+string(d.PromotionCode), &promotion)
		if optional(err) {
			continue
		}
		return promotion.Code, err
	}
	return "", nil
}

// stripeAmount is an amount of Stripe's in minor units of ISO 4217. Stripe's own differ
// for three currencies: ISK and UGX are written with two decimals that are always 00, and
// MGA with none (docs.stripe.com/currencies, special cases and zero-decimal currencies).
func stripeAmount(amount int64, currency string) (int64, error) {
	places := model.Exponent(strings.ToUpper(currency))
	theirs := places
	switch strings.ToUpper(currency) {
	case "ISK", "UGX":
		theirs = 2
	case "MGA":
		theirs = 0
	}
	if limit := int64(model.MaxFaceValue * model.MaxTickets); amount > limit || amount < -limit {
		return 0, errors.New("is larger than any order")
	}
	for ; theirs < places; theirs++ {
		amount *= 10
	}
	for ; theirs > places; theirs-- {
		if amount%10 != 0 {
			return 0, errors.New("holds a fraction, which the currency does not have")
		}
		amount /= 10
	}
	return amount, nil
}
