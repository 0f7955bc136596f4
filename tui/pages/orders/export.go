package orders

import "lastclick/tui/page"

// export is the command for the orders of the list.
func (p *Orders) export() page.Export {
	return page.Export{
		Args: p.ShellCommands()[0] + " --csv --limit 10000", File: "orders.csv",
		Notes: []string{"These are the newest 10,000 of them; --before goes on where a list was cut. All orders of the client, and all tickets: export orders, export tickets."},
	}
}
