package model

// Apart says that no two links of the page share a customer or an order, so that the numbers
// of any of them add up. It looks at every row.
func (s *Stats) Apart() bool {
	var all Numbers
	for i := range s.Links {
		n := &s.Links[i].Numbers
		all.Tickets += n.Tickets
		all.Orders += n.Orders
		all.Customers += n.Customers
		all.NewCustomers += n.NewCustomers
	}
	return all.Tickets == s.Total.Tickets && all.Orders == s.Total.Orders && all.Customers == s.Total.Customers && all.NewCustomers == s.Total.NewCustomers
}

// LinkSum adds up rows of links. Tickets, scans and face values always add up; the others do
// where at most one of the links has sold, or where the page's links are Apart.
type LinkSum struct {
	Numbers
	Selling int // links that have sold
}

// Add adds a link's row.
func (s *LinkSum) Add(n *Numbers) {
	s.plus(n)
	if n.Orders > 0 {
		s.Selling++
	}
}

func (n *Numbers) plus(o *Numbers) {
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
