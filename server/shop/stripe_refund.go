package shop

import (
	"slices"

	"lastclick/model"
)

// applyStripeRefunds marks the tickets that refunds, in the order of their making, took
// back. Stripe says how much was given back and not for what. The rule is:
//
//   - A refund that is just what the highest valid units of a line have cost takes them,
//     of the last such line.
//   - Any other takes units from the last one of the last line on, as many as it pays for;
//     a unit that is dearer than what is left of it is passed over.
//   - What is left of a refund is added to the next one. Less than a ticket takes none:
//     the buyer may still come in.
//   - A free ticket is refunded with all of the order alone.
//
// It never takes back what an earlier refund took, so a ticket that was refunded stays so.
// With all of the payment given back, every ticket is refunded.
func applyStripeRefunds(tickets []ticket, lines []line, refunds []int64, all bool) {
	if all {
		refundHighest(tickets, len(tickets))
		return
	}
	byLine := make([][]ticket, 0, len(lines))
	for _, l := range lines {
		byLine = append(byLine, tickets[:l.units])
		tickets = tickets[l.units:]
	}
	left := int64(0)
	for _, amount := range refunds {
		left += amount
		if refundExactly(byLine, left) {
			left = 0
		} else {
			left = refundGreedily(byLine, left)
		}
	}
}

// refundExactly takes the highest valid units of the last line where they have cost
// amount, and says whether there is such a line.
func refundExactly(byLine [][]ticket, amount int64) bool {
	for _, line := range slices.Backward(byLine) {
		sum, n := int64(0), 0
		for _, t := range slices.Backward(line) {
			if t.Status == model.Valid && sum < amount {
				sum += *t.Paid
				n++
			}
		}
		if sum == amount && n > 0 {
			refundHighest(line, n)
			return true
		}
	}
	return false
}

// refundHighest takes the n highest valid units of a line.
func refundHighest(line []ticket, n int) {
	for i := range slices.Backward(line) {
		if n > 0 && line[i].Status == model.Valid {
			line[i].Status = model.Refunded
			n--
		}
	}
}

// refundGreedily takes valid units that were paid for from the last one on, and returns
// what is left of amount.
func refundGreedily(byLine [][]ticket, amount int64) int64 {
	for _, line := range slices.Backward(byLine) {
		for i := range slices.Backward(line) {
			if t := &line[i]; t.Status == model.Valid && *t.Paid > 0 && *t.Paid <= amount {
				t.Status = model.Refunded
				amount -= *t.Paid
			}
		}
	}
	return amount
}
