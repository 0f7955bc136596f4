package command

import (
	"strconv"
	"strings"

	"lastclick/model"
)

// exportsMost is how many orders one command writes: what order list gives at most.
const exportsMost = model.MaxLimit

// sayExports says the commands that write files of the links that are seen, of the orders
// of their days, and of everything.
func (m *plainMode) sayExports(shown []model.LinkStats) error {
	stats := m.onClient("stats --csv", "--event", m.filter.Event, "--from", m.filter.From, "--to", m.filter.To, "--sort", sortFlag(m.sort))
	pipe, note := "", "links.csv has every link with its ticket types, the total and the sales without a link."
	codes := make([]string, 0, len(shown))
	for _, l := range shown {
		if model.ValidSlug(l.Link.Code) {
			codes = append(codes, l.Link.Code)
		}
	}
	orders := model.OrderFilter{Event: m.filter.Event}
	switch n := len(codes); {
	case m.find == "" && !m.archived:
		note += " Archived links are among them."
	case m.find == "":
	case n == 1:
		stats += " --link " + codes[0]
		orders.Link = codes[0]
		note = "links.csv has the link that you found, with its ticket types."
	case n > 1 && n <= model.MaxPicked:
		pipe = " | " + model.PickLinks(codes)
		note = "Of the lines, grep keeps the titles and those of the " + model.Plural(int64(n), "link", "links") + " that you found. The orders are those of all links."
	default:
		note += " What you found is too little or too much to name, so these are all links."
	}
	var days []string
	if m.filter.From != "" {
		days = append(days, "from:"+m.filter.From)
	}
	if m.filter.To != "" {
		days = append(days, "to:"+m.filter.To)
	}
	orders.Search = strings.Join(days, " ")
	m.say("These commands write files, on your own computer:")
	m.sayWhole(stats+pipe+" > links.csv",
		m.ordersCommand(orders)+" > orders.csv")
	m.say(note + " orders.csv has the newest " + model.FormatCount(exportsMost) + " orders at most.")
	m.say("These write all that the client has:")
	m.sayWhole(m.onClient("export links")+" > all-links.csv", m.onClient("export orders")+" > all-orders.csv", m.onClient("export tickets")+" > all-tickets.csv")
	return nil
}

// sayOrderExport says the command that writes a list of orders into a file.
func (m *plainMode) sayOrderExport(f model.OrderFilter) error {
	which := "newest"
	if f.Up || f.Sort != model.SortPlaced && f.Sort != "" {
		which = "first"
	}
	m.say("This command writes the list into a file, on your own computer:")
	m.sayWhole(m.ordersCommand(f) + " > orders.csv")
	m.say("These are the " + which + " " + model.FormatCount(exportsMost) + " of them at most; --before goes on where a list was cut.")
	return nil
}

// ordersCommand is order list for the orders of a list.
func (m *plainMode) ordersCommand(f model.OrderFilter) string {
	command, by := "order list --csv --limit "+strconv.Itoa(exportsMost), string(f.Sort)
	if f.Unattributed {
		command += " --unattributed"
	}
	if f.Sort == model.SortPlaced {
		by = "" // as it is without
	}
	if f.Up {
		command += " --reverse"
	}
	return m.onClient(command, "--link", f.Link, "--event", f.Event, "--search", f.Search, "--sort", by)
}

// onClient is a command line for a shell: the command, and flags with their values, of which
// the empty ones are left out. An admin's names the client that is worked on.
func (m *plainMode) onClient(command string, flags ...string) string {
	if m.Actor.Can(model.Admin) {
		flags = append(flags, "--client", m.actor.Client)
	}
	line := m.ssh() + command
	for i := 0; i < len(flags); i += 2 {
		if flags[i+1] != "" {
			line += " " + flags[i] + " " + model.Quoted(flags[i+1])
		}
	}
	return line
}
