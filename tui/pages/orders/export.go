package orders

import "lastclick/tui/page"

// export is the command for the orders of the list.
func (p *Orders) export() page.Export {
	q, which := p.Query(), "newest"
	if q.By > 0 || q.Up {
		which = "first"
	}
	return page.Export{
		Args: p.list() + sorted(q) + " --csv --limit 10000", File: "orders.csv",
		Notes: []string{"These are the " + which + " 10,000 of them at most; --before goes on where a list was cut. All orders of the client, and all tickets: export orders, export tickets."},
	}
}
