package spreadsheet

import (
	"strconv"

	"lastclick/model"
)

// numberNames are the names of Counts.
var numberNames = []string{"customers", "new_customers", "orders", "tickets", "scanned", "unscanned"}

func numberCells(n model.Numbers) []string {
	var cells []string
	for _, c := range Counts(n) {
		cells = append(cells, strconv.FormatInt(c, 10))
	}
	return cells
}

// Counts are the numbers but the money, in the order of each table.
func Counts(n model.Numbers) []int64 {
	return []int64{n.Customers, n.NewCustomers, n.Orders, n.Tickets, n.Scanned, n.Unscanned}
}

// Stats are the lines of stats --csv; the first column says what a line is: link,
// ticket_type, total or unattributed.
func Stats(st model.Stats) [][]string {
	rows := [][]string{WithAmount(append([]string{"row", "link", "name", "event", "type", "reason", "clicks"}, numberNames...))}
	add := func(n model.Numbers, cells ...string) {
		rows = append(rows, Amounts(n.FaceValue, cells, numberCells(n))...)
	}
	for _, l := range st.Links {
		event := ""
		if l.Link.Event != nil {
			event = *l.Link.Event
		}
		// What each currency's line repeats must not be added up: clicks are a count too.
		about := []string{"link", l.Link.Code, l.Link.Name, event, "", ""}
		rows = append(rows, Amounts(l.FaceValue, about, append([]string{strconv.FormatInt(l.Link.Clicks, 10)}, numberCells(l.Numbers)...))...)
		for _, tt := range l.TicketTypes {
			add(tt.Numbers, "ticket_type", l.Link.Code, tt.Name, tt.Event, tt.Type, "", "")
		}
	}
	for _, u := range st.Unattributed {
		add(u.Numbers, "unattributed", "", "", "", "", string(u.Reason), "")
	}
	add(st.Total, "total", "", "", "", "", "", "")
	return rows
}
