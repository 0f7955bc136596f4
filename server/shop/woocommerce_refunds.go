package shop

import (
	"fmt"
	"slices"
	"strings"

	"lastclick/model"
)

// wooRefund is what an order says of a refund: its amount, below zero, and not of what.
type wooRefund struct {
	ID    text `json:"id"`
	Total text `json:"total"`
}

// refund takes the refunds out of the lines, as far as their amounts say of what they
// are: all that was paid; what is left of all tickets; or, of one line alone, the price of
// whole units, which then are the highest ones. An amount that fits none of these, or more
// than one, leaves the tickets valid, and the note says so: a goodwill of a few pounds
// takes no ticket back. The shop's API says more: wooCommerce.Fetch asks it.
func (in *wooOrder) refund(lines []wooSold) (note string, err error) {
	if in.Status == "refunded" {
		return "", nil
	}
	amounts := make([]int64, len(in.Refunds))
	currency, sum := strings.ToUpper(string(in.Currency)), int64(0)
	for i, r := range in.Refunds {
		if amounts[i], err = r.Total.amount(fmt.Sprintf("refunds[%d].total", i), currency); err != nil {
			return "", err
		}
		amounts[i] = max(amounts[i], -amounts[i])
		sum += amounts[i]
	}
	total, err := in.Total.amount("total", currency)
	switch {
	case len(amounts) == 0:
		return "", nil
	case err != nil:
		return "", err
	case total > 0 && sum >= total:
		for i := range lines {
			lines[i].refunded = lines[i].units
		}
		return "", nil
	}
	var unclear []string
	for _, i := range inOrderOfIDs(in.Refunds) {
		if !refundUnits(lines, amounts[i]) {
			unclear = append(unclear, fmt.Sprintf("%s of %s", quoted(string(in.Refunds[i].ID)), model.FormatAmount(amounts[i], currency)+" "+currency))
		}
	}
	if len(unclear) == 0 || in.over() { // then all that was not refunded is void
		return "", nil
	}
	return fmt.Sprintf("order %s: the amount does not say which tickets were refunded, so they stay valid (refund %s); give the checkout a key for the REST API to look it up",
		in.ID, strings.Join(unclear, ", ")), nil
}

// inOrderOfIDs are the places of the refunds in the order in which they were made: the
// body has the latest first, and nothing says that it always does.
func inOrderOfIDs(refunds []wooRefund) []int {
	places := make([]int, len(refunds))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int {
		return model.CompareIDs(string(refunds[a].ID), string(refunds[b].ID))
	})
	return places
}

// refundUnits takes the amount out of the lines if exactly one way of doing so fits.
func refundUnits(lines []wooSold, amount int64) bool {
	line, units, ways := -1, 0, 0
	rest, left := int64(0), 0 // of all lines
	for i, l := range lines {
		n, open := int64(l.units), l.units-l.refunded
		if l.gross <= 0 || open == 0 {
			continue
		}
		left++
		rest += l.gross - l.gross*int64(l.refunded)/n
		// k units cost gross*k/n, which the shop has rounded to a minor unit.
		for k := 1; k <= open; k++ {
			if off := amount*n - l.gross*int64(k); -n <= off && off <= n {
				line, units, ways = i, k, ways+1
			}
		}
	}
	if left > 1 && amount-rest <= 1 && rest-amount <= 1 {
		ways++
		line = -1
	}
	switch {
	case ways != 1:
		return false
	case line >= 0:
		lines[line].refunded += units
	default:
		for i := range lines {
			if lines[i].gross > 0 {
				lines[i].refunded = lines[i].units
			}
		}
	}
	return true
}
