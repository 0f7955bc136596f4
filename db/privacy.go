package db

import (
	"context"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// storedData is a kind of data about buyers, with the columns that hold it. Each line of
// columns is a table and some of its columns.
type storedData struct {
	what, why string
	kept      func(model.Retention) string
	columns   string
}

// aboutBuyers is what is stored about buyers: of a person or an order, also where it names
// no person by itself. With the two lists after it it names every column of the schema; a
// test fails where one is missing.
var aboutBuyers = []storedData{
	{
		what:    "who the customer is: a keyed hash of the checkout's customer id, or of the e-mail address; neither of them itself",
		why:     "to count people once, and those who bought for the first time (R18, R19)",
		kept:    untilErased,
		columns: `customers: id hash first_order places`,
	},
	{
		what: "orders: the checkout's order id, the time, the currency, whether it is a test, whether the customer agreed to tracking, what was proved of its click, the code and the coupon that came with it",
		why:  "to credit the sale, and to take later versions and refunds of the order",
		kept: withNumbers,
		columns: `orders: id checkout_id order_id version digest placed_at test currency customer_id erased_customer_id returns receipt code click click_token coupon channel consent
			order_lists: client_id link_id placed_at order_id tickets face_value currency code kind marks
			order_kinds: client_id kind event_id type link_id reason
			order_kind_sums: client_id kind orders`,
	},
	{
		what: "tickets of an order: the checkout's ticket id, the type, the price, the status, whom it is credited to and why, and whether it was scanned",
		why:  "they are what is credited and counted",
		kept: withNumbers,
		columns: `tickets: order_id n checkout_id ticket_id listed client_id event_id type type_name face_value status link_id reason rule window_s judged_placed_at judged_receipt paid
			scans: checkout_id ticket_id at scanned`,
	},
	{
		what:    "what counted for a link and counts no more, or otherwise: the order, the ticket type, how many tickets, their price, and when that became known",
		why:     "so that a statement that was drawn up stays as it is, and a later refund stands in a later one",
		kept:    withNumbers,
		columns: `bookings: link_id at order_id kind event_id type currency pays tickets face_value paid`,
	},
	{
		what: "the links that were clicked before an order, and when; the click tokens that came with orders, each with a random number of the browser",
		why:  "they prove whom the sale is credited to, and explain it",
		kept: withNumbers,
		columns: `order_touches: order_id seq link_id at
			click_tokens: token link_id at order_id customer_id`,
	},
	{
		what:    "webhook ids, with a digest of the body",
		why:     "so that what is posted twice is done once (R12)",
		kept:    func(r model.Retention) string { return after(r.Webhooks, "it came") },
		columns: `webhooks: checkout_id webhook_id digest received_at`,
	},
	{
		what: "bodies of webhooks that were parked or refused, as they came: whatever the checkout wrote, so perhaps an e-mail address or a name",
		why:  "so that an admin sees what is wrong, and no sale is lost",
		kept: func(r model.Retention) string {
			return after(r.Inbox, "it was settled; what is not waits for an admin")
		},
		columns: `inbox: id checkout_id webhook_id digest type state reason event errors body received_at resolved_at delivery_id erased`,
	},
	{
		what:    "what shops posted, as it came: with what the shop writes, such as names and addresses",
		why:     "it is kept before the shop is answered, and worked off after that",
		kept:    func(r model.Retention) string { return after(r.Inbox, "it was worked off") },
		columns: `shop_deliveries: id checkout_id state header body fetch_key received_at tries leased next_at settled_at`,
	},
	{
		what: "messages for our own webhooks that wait to be sent: the order id and its tickets, and not who bought",
		why:  "to tell promoters' systems of credited sales",
		kept: func(model.Retention) string {
			return "until sent, at most " + model.FormatRetention(model.HookPatience) + " after the receiver failed"
		},
		columns: `hook_outbox: id hook_id order_id message type body attempts next_at created_at`,
	},
}

func untilErased(model.Retention) string { return "until customer erase" }

func withNumbers(model.Retention) string {
	return "as long as the numbers; customer erase takes the person away"
}

// after says how long something is kept after what.
func after(r time.Duration, what string) string {
	if r == 0 {
		return "for ever"
	}
	return model.FormatRetention(r) + " after " + what
}

// aboutUsers are the columns about promoters, sub-promoters and admins, who are no buyers.
const aboutUsers = `
	people: id client_id name name_fold email role last_seen created_at removed_at
	person_keys: id person_id fingerprint public comment last_seen created_at removed_at
	settings: person_id name value
	invites: id client_id name name_fold email role digest created_at expires_at closed_at
	links: id code client_id event_id name email source stats_token archived_at created_at
	outbox: id link_id invite_id code kind to_email state attempts next_at last_error created_at sent_at hook_id person_id report_id from_day to_day
	reports: id client_id link_id event_id email every next_at to_day created_at ended_at
	statements: id link_id from_day to_day from_at until_at timezone rule window_s drawn_at drawn_by
	hooks: id client_id url secret state created_by person_id created_at next_at failures failing_since last_error delivered_at
	audit: id at actor client_id action object before after
`

// aboutNeither are the columns with settings, events and counts.
const aboutNeither = `
	schema_version: id version oldest
	meta: name value
	signing_keys: id secret from_at
	clients: id slug name url timezone rule window_s created_at days_timezone carry tracking reply_to
	checkouts: id name client_id created_at removed_at kind api_url token
	checkout_secrets: id checkout_id secret created_at used_at
	checkout_states: checkout_id accepted_at refused_at refused hold_until hold
	events: id slug client_id name url starts_at timezone created_at updated_at carry
	ticket_types: event_id type name named_at named_by
	shop_events: checkout_id shop_id event_id
	aliases: alias link_id created_at removed_at
	click_counts: link_id quarter clicks visitors bots qr_scans
	click_days: link_id day clicks visitors bots qr_scans
	click_sums: link_id clicks visitors bots qr_scans
	click_journal: id entries counts
	cells: id client_id link_id reason event_id type customers
	cell_sums: cell_id currency orders new_customers tickets scanned face_value refunded refunded_face
	cell_days: cell_id day currency orders new_customers tickets scanned face_value refunded refunded_face
	cell_buyers: cell_id day before customers
	link_overlaps: winner loser orders
	shared_addresses: link_id orders
	moves: client_id n tag
	cache_changes: n kind id tag
	commits: node batch at closed
	acme_items: name item
	join_tries: minute tries
`

// listedColumns are the table.column names of a list.
func listedColumns(list string) []string {
	var names []string
	for line := range strings.Lines(list) {
		table, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for column := range strings.FieldsSeq(columns) {
			names = append(names, table+"."+column)
		}
	}
	return names
}

// Privacy says what is stored about buyers, and how long.
func (s *Store) Privacy(ctx context.Context, a model.Actor) (model.Privacy, error) {
	var p model.Privacy
	if err := a.Require(model.Admin); err != nil {
		return p, err
	}
	clients, err := s.Clients(ctx, a)
	if err != nil {
		return p, err
	}
	carrying, err := read(ctx, s, func(c *conn) ([]int64, error) {
		return c.ids(`SELECT DISTINCT client_id FROM events WHERE carry <> ''`)
	})
	if err != nil {
		return p, err
	}
	p.KeepInbox, p.KeepWebhooks, p.KeepAudit = window(s.keep.Inbox), window(s.keep.Webhooks), window(s.keep.Audit)
	p.Window = model.Window(s.LongestWindow())
	p.Clients = []model.ClientPrivacy{}
	for _, c := range clients {
		p.Clients = append(p.Clients, model.ClientPrivacy{
			Client: c.Slug, Name: c.Name, Tracking: c.Tracking, Window: c.Window, Carries: c.Carry != "" || slices.Contains(carrying, c.ID),
		})
	}
	for _, d := range aboutBuyers {
		p.Stored = append(p.Stored, model.StoredData{What: d.what, Why: d.why, Kept: d.kept(s.keep), Columns: listedColumns(d.columns)})
	}
	p.Text = model.PrivacyText(p)
	return p, nil
}

func window(d time.Duration) *model.Window {
	if d == 0 {
		return nil
	}
	w := model.Window(d)
	return &w
}
