package shop

// shops are the kinds in the order in which help lists them.
var shops = []struct {
	kind Kind
	shop Shop
}{
	{WooCommerce, wooCommerce{}},
	{TicketTailor, ticketTailor{}},
	{Tito, tito{}},
	{Stripe, stripe{}},
	{HiEvents, hiEvents{}},
	{Pretix, pretix{}},
	{Eventbrite, eventbrite{}},
	{Plain, plain{}},
}

// Of returns the shop of a kind, and whether there is one.
func Of(kind Kind) (Shop, bool) {
	for _, s := range shops {
		if s.kind == kind {
			return s.shop, true
		}
	}
	return nil, false
}

// Kinds are the kinds that Of knows, in the order in which help lists them.
func Kinds() []Kind {
	kinds := make([]Kind, len(shops))
	for i, s := range shops {
		kinds[i] = s.kind
	}
	return kinds
}
