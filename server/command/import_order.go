package command

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"lastclick/model"
)

// The webhook that a checkout would have posted for an order or a scan of the file. It
// has no timestamp, so that the same lines always make the same bytes.
type (
	orderWebhook struct {
		Type string    `json:"type"`
		Data orderData `json:"data"`
	}
	orderData struct {
		ID       string       `json:"id"`
		Version  int64        `json:"version"`
		PlacedAt string       `json:"placed_at"`
		Test     bool         `json:"test,omitempty"`
		Currency string       `json:"currency"`
		Customer customerData `json:"customer,omitzero"`
		Tracking trackingData `json:"tracking,omitzero"`
		Channel  string       `json:"channel,omitempty"`
		Tickets  []ticketData `json:"tickets"`
	}
	customerData struct {
		ID        string `json:"id,omitempty"`
		Email     string `json:"email,omitempty"`
		Returning bool   `json:"returning,omitempty"`
	}
	trackingData struct {
		Receipt string `json:"receipt,omitempty"`
		Click   string `json:"click,omitempty"`
		Code    string `json:"code,omitempty"`
		Coupon  string `json:"coupon,omitempty"`
		Consent *bool  `json:"consent,omitempty"` // nil where the file does not say
	}
	ticketData struct {
		ID        string `json:"id"`
		Event     string `json:"event"`
		Type      string `json:"type"`
		TypeName  string `json:"type_name,omitempty"`
		FaceValue *int64 `json:"face_value"`
		Paid      *int64 `json:"paid,omitempty"`
		Status    string `json:"status,omitempty"`
	}
	scanWebhook struct {
		Type string   `json:"type"`
		Data scanData `json:"data"`
	}
	scanData struct {
		Ticket string `json:"ticket"`
		At     string `json:"at"`
	}
)

// data is the order as a webhook has it, the cells read; what is wrong with them is added
// to faults.
func (o *importedOrder) data(faults *lineFaults) orderData {
	text := func(column string) string { t, _ := o.cell(column); return t }
	d := orderData{
		ID: o.id, Currency: text("currency"), Channel: text("channel"), PlacedAt: wanted(o, faults, "placed_at", timeOrNone),
		Version: wanted(o, faults, "version", versionCell), Test: wanted(o, faults, "test", flagOrNo),
		Customer: customerData{text("customer"), text("email"), wanted(o, faults, "returning", flagOrNo)},
		Tracking: trackingData{Receipt: text("receipt"), Click: text("click"), Code: text("code"), Coupon: text("coupon"), Consent: wanted(o, faults, "consent", flagOrNone)},
	}
	if o.byLink() {
		d.Tracking.Code = o.linkCode()
	}
	for _, t := range o.tickets {
		d.Tickets = append(d.Tickets, ticketData{
			ID: t.id, Event: t.event, Type: t.typ, TypeName: t.typeName, Status: t.status,
			FaceValue: amountOf(t.line, "face_value", t.face, d.Currency, faults), Paid: amountOf(t.line, "paid", t.paid, d.Currency, faults),
		})
	}
	return d
}

func timeOrNone(cell string) (string, error) {
	if cell == "" {
		return "", nil
	}
	return timeCell(cell)
}

func flagOrNone(cell string) (*bool, error) {
	if cell == "" {
		return nil, nil
	}
	yes, err := flagCell(cell, false)
	return &yes, err
}

func flagOrNo(cell string) (bool, error) { return flagCell(cell, false) }

// wanted reads what the order's lines say in a column.
func wanted[T any](o *importedOrder, faults *lineFaults, column string, read func(string) (T, error)) T {
	text, line := o.cell(column)
	v, err := read(text)
	if err != nil {
		faults.add(line, column, err.Error())
	}
	return v
}

func amountOf(line int, column, cell, currency string, faults *lineFaults) *int64 {
	if cell == "" {
		return nil
	}
	if !model.ValidCurrency(currency) {
		return new(int64) // how many decimals it has is not known, and the currency is a fault
	}
	n, err := amountCell(cell, currency)
	if err != nil {
		faults.add(line, column, err.Error())
		return new(int64)
	}
	return n
}

// linkCode is the link that the lines of the order name; empty for none.
func (o *importedOrder) linkCode() string {
	for _, t := range o.tickets {
		if t.link != "" {
			return t.link
		}
	}
	return ""
}

// byLink says whether the column link credits the order: nothing better is known of it.
func (o *importedOrder) byLink() bool {
	for _, column := range []string{"receipt", "click", "code", "coupon"} {
		if _, ok := o.cells[column]; ok {
			return false
		}
	}
	return o.linkCode() != ""
}

// scans are the webhooks of the tickets that are scanned.
func (o *importedOrder) scans(placedAt string, faults *lineFaults) []fileItem {
	var list []fileItem
	for _, t := range o.tickets {
		scanned, err := flagCell(t.scanned, t.scannedAt != "")
		if err != nil {
			faults.add(t.line, "scanned", err.Error())
			continue
		}
		if !scanned {
			continue
		}
		at := placedAt
		if t.scannedAt != "" {
			if at, err = timeCell(t.scannedAt); err != nil {
				faults.add(t.line, "scanned_at", err.Error())
				continue
			}
		}
		list = append(list, scanItem(o.checkout, t.line, t.id, at, true))
	}
	return list
}

func scanItem(checkout model.Checkout, line int, ticket, at string, scanned bool) fileItem {
	w := scanWebhook{"ticket.unscanned", scanData{ticket, at}}
	if scanned {
		w.Type = "ticket.scanned"
	}
	return fileItem{checkout: checkout, line: line, name: "ticket " + ticket, webhook: func() any { return w }, place: func(model.Fault) (int, string) { return line, "" }}
}

// item is the order as it is delivered.
func (o *importedOrder) item() fileItem {
	return fileItem{checkout: o.checkout, line: o.line, name: "order " + o.id, place: o.place, webhook: func() any {
		return orderWebhook{"order.placed", o.data(&lineFaults{})} // the faults were told before
	}}
}

// fileNames are the fields of a webhook that a file calls otherwise.
var fileNames = map[string]string{"id": "order", "customer.id": "customer", "customer.email": "email", "customer.returning": "returning", "tickets": "ticket"}

var ticketField = regexp.MustCompile(`^data\.tickets\[(\d+)\]\.(\w+)$`)

// place is where in the file the field of a webhook's fault stands.
func (o *importedOrder) place(f model.Fault) (line int, column string) {
	if m := ticketField.FindStringSubmatch(f.Field); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n < len(o.tickets) {
			if m[2] == "id" {
				return o.tickets[n].line, "ticket"
			}
			return o.tickets[n].line, m[2]
		}
	}
	column = strings.TrimPrefix(f.Field, "data.")
	if name, ok := fileNames[column]; ok {
		return o.line, name
	}
	_, line = o.cell(column)
	return line, column
}

// check adds what is wrong with the order to faults, and returns the scans of its tickets.
func (f *orderFile) check(o *importedOrder) []fileItem {
	var faults lineFaults
	data := o.data(&faults)
	scans := o.scans(data.PlacedAt, &faults)
	_, err := model.ParseWebhook(jsonOf(orderWebhook{"order.placed", data}), f.imported.now)
	for _, x := range webhookFaults(err) {
		line, column := o.place(x)
		twice := strings.HasPrefix(x.Detail, "is the id of data.tickets[") // add has said it, by the line
		if !twice && !faults.has(line, column) {                           // a cell that cannot be read is missing here
			faults.add(line, column, x.Detail)
		}
	}
	f.imported.faults.addAll(faults)
	if err != nil || faults.total > 0 {
		return nil
	}
	f.checkEvents(o)
	if o.byLink() && !data.Test {
		f.checkLinks(o)
	}
	return scans
}

// jsonOf is a webhook's body.
func jsonOf(webhook any) []byte {
	b, err := json.Marshal(webhook)
	if err != nil {
		panic(fmt.Sprintf("a webhook of strings and numbers has no JSON: %v", err))
	}
	return b
}

// checkEvents looks for events that are not known yet, and that the checkout may not sell.
func (f *orderFile) checkEvents(o *importedOrder) {
	for _, t := range o.tickets {
		page, ok := f.imported.Store.EventPage(t.event)
		switch {
		case !ok:
			f.imported.missEvent(t.event)
		case o.checkout.Client != nil && page.Client != *o.checkout.Client:
			f.imported.faults.add(t.line, "event", "is of a client that the checkout "+o.checkout.Name+" may not sell for")
		}
	}
}

// checkLinks sees to it that every ticket is credited as its line says: an order has one
// code, which credits its link with all of the tickets that the link tracks (R7).
func (f *orderFile) checkLinks(o *importedOrder) {
	code, faults := o.linkCode(), &f.imported.faults
	link, ok := f.imported.Store.LinkByCode(code)
	for _, t := range o.tickets {
		event, known := f.imported.Store.EventPage(t.event)
		tracks := ok && event.Client == link.Client && (link.Event == "" || link.Event == t.event)
		switch {
		case t.link != "" && t.link != code:
			faults.add(t.line, "link", fmt.Sprintf("is %s, and an earlier line of the order %s says %s: one order's code credits one link", t.link, o.id, code))
		case t.link != "" && !ok:
			faults.add(t.line, "link", fmt.Sprintf("%q is not there: import the links first, or add it", code))
		case t.link != "" && link.Archived:
			faults.add(t.line, "link", fmt.Sprintf("%s is archived, and takes no sales by its code: restore it for the import, then archive it again", code))
		case !known || tracks == (t.link != ""):
		case tracks:
			faults.add(t.line, "link", fmt.Sprintf("is empty, and the link %s of the order's other lines would be credited with this ticket too", code))
		default:
			faults.add(t.line, "link", fmt.Sprintf("%s does not track the event %s", code, t.event))
		}
	}
}

// items checks all orders, and returns what is to be delivered.
func (f *orderFile) items() []fileItem {
	var list []fileItem
	for _, o := range f.list {
		scans := f.check(o)
		i := o.item()
		i.then = scans
		if click, _ := o.cell("click"); click != "" {
			i.lane = click
		}
		list = append(list, i)
	}
	return list
}
