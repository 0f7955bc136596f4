package model

// SumOf adds up the rows of those links. Tickets, scans and face values always add up; exact
// says that customers, new customers and orders are right too: where only one of the links
// has any, or where no two links of the page share one, so that they add up to its total.
func (s *Stats) SumOf(in func(*Link) bool) (sum Numbers, exact bool) {
	var all Numbers
	selling := 0
	for i := range s.Links {
		l := &s.Links[i]
		all.plus(l.Numbers)
		if in(&l.Link) {
			sum.plus(l.Numbers)
			if l.Orders > 0 {
				selling++
			}
		}
	}
	apart := all.Tickets == s.Total.Tickets && all.Orders == s.Total.Orders && all.Customers == s.Total.Customers && all.NewCustomers == s.Total.NewCustomers
	return sum, selling <= 1 || apart
}

func (n *Numbers) plus(o Numbers) {
	n.Customers += o.Customers
	n.NewCustomers += o.NewCustomers
	n.Orders += o.Orders
	n.Tickets += o.Tickets
	n.Scanned += o.Scanned
	n.Unscanned += o.Unscanned
	for currency, amount := range o.FaceValue {
		n.FaceValue.Add(currency, amount)
	}
}
