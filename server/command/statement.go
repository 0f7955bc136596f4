package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

// statement is the command about what a link sold in a period.
func (s *session) statement() *cobra.Command {
	var q model.StatementQuery
	var base string
	c := s.leaf(spec{
		use:   "statement CODE",
		short: "Draw up what a tracking link sold in a period, with a share of it.",
		more: "A sale stands on the day on which its order was placed; a refund of it stands on the day on which it came, as a line below zero, also in a later period. " +
			"Once a statement was drawn up after the end of its period, which takes " + settles + " more, it never changes: what becomes known later stands in a later one, and all of them add up to the numbers as they are. " +
			"The share of an order is rounded to the currency's smallest unit, a half away from zero; a line shows what it adds to that of its order, and the total is the sum of the lines. So at one rate the shares of an order, over consecutive statements too, add up to the share of what is left of it. " +
			"The SHA-256 is of the lines as --csv prints them: statement CODE … --csv | sha256sum shows the same.",
		examples: []string{
			"statement ana --from 2026-06-01 --to 2026-06-30", "statement ana --from 2026-06-01 --to 2026-06-30 --rate 10%", "statement ana --from 2026-06-01 --to 2026-06-30 --rate 12.5% --base paid --csv",
		},
		role:  model.Owner,
		lists: true,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			q.Link, q.Base = model.FoldCode(args[0]), model.StatementBase(base)
			q.From, q.To = s.day(ctx, a, q.From), s.day(ctx, a, q.To)
			st, err := s.Store.Statement(ctx, a, q)
			if err != nil {
				return err
			}
			rows := statementRows(&st)
			return s.reply(answer{
				json: st,
				csv:  func() [][]string { return rows },
				text: func(p *page) { statementPage(p, st) },
			})
		},
	})
	f := c.Flags()
	f.StringVar(&q.From, "from", "", "the first day `D` of the period: 2026-06-01, today or yesterday, in the client's timezone")
	f.StringVar(&q.To, "to", "", "the last day `D` of it")
	f.StringVar(&q.Rate, "rate", "", "the owner's share `R`, such as 10% or 12.5%; from 1 on the sign % may be left out (default none is reckoned)")
	f.StringVar(&base, "base", string(model.BaseFace), "what the share is taken of, `B`: face (the list price), or paid (what was paid, where the checkout says so, else the list price; default face)")
	require(f, "from", "to")
	return c
}

// settles is model.StatementSettles in words.
const settles = "15 minutes"

// statementFields are the columns of a statement. Its SHA-256 is of them: they hold no names
// that may change, and their order is fixed.
var statementFields = []field[model.StatementLine]{
	{csv: "at", value: func(l model.StatementLine) string { return csvTime(&l.At) }},
	{csv: "kind", value: func(l model.StatementLine) string { return string(l.Kind) }},
	{csv: "checkout", value: func(l model.StatementLine) string { return l.Checkout }},
	{csv: "order", value: func(l model.StatementLine) string { return l.Order }},
	{csv: "event", value: func(l model.StatementLine) string { return l.Event }},
	{csv: "type", value: func(l model.StatementLine) string { return l.Type }},
	{csv: "tickets", value: func(l model.StatementLine) string { return strconv.FormatInt(l.Tickets, 10) }},
	{csv: "currency", value: func(l model.StatementLine) string { return l.Currency }},
	{csv: "face_value", value: func(l model.StatementLine) string { return model.DecimalAmount(l.FaceValue, l.Currency) }},
	{csv: "paid", value: func(l model.StatementLine) string { return decimalOr(l.Paid, l.Currency, "") }},
	{csv: "base", value: func(l model.StatementLine) string { return string(l.Base) }},
	{csv: "amount", value: func(l model.StatementLine) string { return model.DecimalAmount(l.Amount, l.Currency) }},
	{csv: "share", value: func(l model.StatementLine) string { return decimalOr(l.Share, l.Currency, "") }},
}

// statementRows are the lines of a statement in CSV. It notes their SHA-256.
func statementRows(st *model.Statement) [][]string {
	rows := csvOf(statementFields, st.Lines)
	sum := sha256.Sum256(spreadsheet.Bytes(rows))
	st.SHA256 = hex.EncodeToString(sum[:])
	return rows
}

func decimalOr(amount *int64, currency, none string) string {
	if amount == nil {
		return none
	}
	return model.DecimalAmount(*amount, currency)
}

func statementPage(p *page, st model.Statement) {
	loc := model.Location(st.Timezone)
	p.title("Statement of " + st.Link + " · " + st.Name)
	window := "Days are those of " + st.Timezone + ". A ticket is the link's by the rule " + string(st.Rule) + ", for clicks up to " + st.Window.String() + " before the order."
	share := "none is reckoned (--rate)"
	if st.Rate != nil {
		share = st.Rate.String() + " of " + baseWords[st.Base]
	}
	drawn := minute(st.DrawnAt, loc)
	if st.Final {
		drawn += ", final: it does not change any more"
	} else {
		drawn += ", preliminary: its period is final " + settles + " after its end"
	}
	p.pairs([2]string{"Period", st.From + " to " + st.To}, [2]string{"Share", share}, [2]string{"Drawn up", drawn}, [2]string{"SHA-256", st.SHA256})
	p.gap()
	p.say(window)
	if st.Unpaid > 0 {
		p.say("In " + model.Plural(st.Unpaid, "line", "lines") + ", marked *, the checkout does not say what was paid: the list price stands for it.")
	}
	p.gap()
	if len(st.Lines) == 0 {
		p.say("Nothing was sold or taken back in this period.")
		return
	}
	p.list(statementTable(st, func(l model.StatementLine) string { return l.At.In(loc).Format("2006-01-02") }))
	if st.Rate != nil {
		p.say("The share of an order is rounded, a half away from zero; a line shows what it adds to that of its order. The total is the sum of the lines.")
	}
}

var baseWords = map[model.StatementBase]string{model.BaseFace: "the face value", model.BasePaid: "what was paid"}

// statementTable has a line for each line of the statement, and one for the total of each
// currency, since currencies are never added up (R16).
func statementTable(st model.Statement, day func(model.StatementLine) string) *table {
	amount := "Face Value"
	if st.Base == model.BasePaid {
		amount = "Paid"
	}
	t := &table{columns: []column{
		{title: "Day"}, {title: "Kind", drop: 3}, {title: "Order", min: 8}, {title: "Event", min: 8, drop: 2}, {title: "Type", min: 6, drop: 1}, {title: "Tickets", right: true}, {title: amount, right: true},
	}}
	if st.Rate != nil {
		t.columns = append(t.columns, column{title: "Share", right: true})
	}
	add := func(bold bool, cells []string, share string) {
		if st.Rate != nil {
			cells = append(cells, share)
		}
		t.rows = append(t.rows, row{cells: cells, bold: bold})
	}
	for _, l := range st.Lines {
		value := model.Money{l.Currency: l.Amount}.String()
		if l.Base != st.Base {
			value += "*"
		}
		share := ""
		if l.Share != nil {
			share = model.Money{l.Currency: *l.Share}.String()
		}
		add(false, []string{day(l), string(l.Kind), l.Order, l.Event, l.Type, model.FormatCount(l.Tickets), value}, share)
	}
	t.rows = append(t.rows, row{rule: true})
	tickets := map[string]int64{}
	for _, l := range st.Lines {
		tickets[l.Currency] += l.Tickets
	}
	for _, c := range st.Amount.Currencies() {
		share := ""
		if st.Rate != nil {
			share = model.Money{c: st.Share[c]}.String()
		}
		add(true, []string{"Total", "", "", "", "", model.FormatCount(tickets[c]), model.Money{c: st.Amount[c]}.String()}, share)
	}
	return t
}
