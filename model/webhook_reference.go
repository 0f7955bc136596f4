package model

import (
	"fmt"
	"time"
)

// FieldDoc is a field of a webhook's body, as `help webhook` lists it. A test compares
// the list with what the parser takes.
type FieldDoc struct {
	Path  string `json:"path"`  // as faults name it: data.tickets[].face_value
	Type  string `json:"type"`  // string, integer, bool, object or list
	Must  bool   `json:"must"`  // it must be there
	About string `json:"about"` // unit, limit and meaning, as a clause
}

// WebhookDoc is a type of webhook with its fields.
type WebhookDoc struct {
	Types  []string   `json:"types"`
	About  string     `json:"about"` // a sentence
	Fields []FieldDoc `json:"fields"`
}

// AnswerDoc is a status that a webhook is answered with.
type AnswerDoc struct {
	Status string `json:"status"`
	About  string `json:"about"`
}

// EnvelopeDoc are the fields of every webhook.
func EnvelopeDoc() []FieldDoc {
	return []FieldDoc{
		{"type", "string", true, "what happened: one of the types below; any other order.* is taken as order.updated, and ping is answered with status pong and stored nowhere"},
		{"timestamp", "string", false, "when it happened, RFC 3339, kept to the millisecond. Of what two webhooks say of one event or ticket type the later one holds; without it, the time of the order or of receipt counts"},
		{"data", "object", true, "the content, by type"},
	}
}

// WebhookDocs are the types of webhooks.
func WebhookDocs() []WebhookDoc {
	id := fmt.Sprintf("at most %d characters, none of them invisible", MaxID)
	return []WebhookDoc{
		{[]string{"order.placed", "order.updated"}, "The whole order as it stands now. The highest version holds, whatever the order of arrival; a ticket that a newer version leaves out is void.", []FieldDoc{
			{"data.id", "string", true, "the order's id, unique for the checkout; " + id},
			{"data.version", "integer", true, "grows with each change of the order, from 0 on"},
			{"data.placed_at", "string", true, fmt.Sprintf("when it was bought, RFC 3339; at most %d minutes ahead of our clock, any time back", MaxAhead/time.Minute)},
			{"data.test", "bool", false, "a test order is stored and explained, and counts nowhere"},
			{"data.currency", "string", true, "ISO 4217 in capitals, such as GBP; currencies are never added up"},
			{"data.customer", "object", false, "who bought"},
			{"data.customer.id", "string", false, "the checkout's own id of the customer; " + id},
			{"data.customer.email", "string", false, fmt.Sprintf("at most %d bytes; the customer where there is no id. Only a keyed hash is kept", MaxEmail)},
			{"data.customer.returning", "bool", false, "the checkout knows older purchases than it ever sent: the customer is not new"},
			{"data.tracking", "object", false, "where the customer came from; sent with every version. An order is never refused for it"},
			{"data.tracking.receipt", "string", false, fmt.Sprintf("the value of the cookie lastclick, at most %d bytes", MaxReceipt)},
			{"data.tracking.code", "string", false, "a link's code that the customer quoted, in any case; counts where the receipt decides nothing"},
			{"data.tracking.click", "string", false, "the click token that a carrier put into the page's address; counts as one more click of the receipt"},
			{"data.tracking.coupon", "string", false, "a discount code that the customer used, in any case; where it is a code of a link, it counts where nothing before it decides"},
			{"data.tracking.consent", "bool", false, "whether the customer consented to being tracked, as the newest version says; false makes no_click no_consent, and changes nothing else. What is neither true nor false says nothing"},
			{"data.channel", "string", false, fmt.Sprintf("where it was sold, such as online or box_office, cut to %d characters; shown, not counted apart", MaxName)},
			{"data.tickets", "list", true, fmt.Sprintf("1 to %s tickets; their order says nothing", FormatCount(MaxTickets))},
			{"data.tickets[].id", "string", true, "the ticket's id, of one order of the checkout alone; " + id},
			{"data.tickets[].event", "string", true, "the event's slug: 3 to 40 characters of a-z, 0-9 and -. One that is not known yet parks the order"},
			{"data.tickets[].type", "string", true, "the ticket type's id; " + id},
			{"data.tickets[].type_name", "string", false, fmt.Sprintf("the type's name, cut to %d characters; the newest known one is shown", MaxName)},
			{"data.tickets[].face_value", "integer", true, fmt.Sprintf("the list price without fees, in the currency's minor unit (pence), from 0 to %s; a free ticket has 0", FormatCount(MaxFaceValue))},
			{"data.tickets[].paid", "integer", false, "what was paid for it, in the minor unit, with the bounds of face_value; kept and exported"},
			{"data.tickets[].status", "string", false, "valid (when it is left out), refunded or void; only valid ones count"},
		}},
		{[]string{"ticket.scanned", "ticket.unscanned"}, "A ticket was used for entry, or that was taken back. Of a ticket's scans the latest by data.at holds; it may come before its order.", []FieldDoc{
			{"data.ticket", "string", true, "the ticket's id"},
			{"data.at", "string", true, "when, RFC 3339, kept to the millisecond"},
		}},
		{[]string{"event.updated"}, "An event is added, or changed. What waited for it is applied.", []FieldDoc{
			{"data.id", "string", true, "the event's slug, unique on the platform: 3 to 40 characters of a-z, 0-9 and -, no reserved word"},
			{"data.client", "string", true, "the slug of its client, which it never leaves"},
			{"data.name", "string", true, fmt.Sprintf("cut to %d characters", MaxName)},
			{"data.url", "string", true, fmt.Sprintf("its page on the ticket site, http or https, at most %s bytes", FormatCount(MaxURL))},
			{"data.starts_at", "string", false, "when it starts, RFC 3339"},
			{"data.timezone", "string", false, "a name such as Europe/London; left out, the client's"},
			{"data.ticket_types", "list", false, fmt.Sprintf("at most %s", FormatCount(MaxTickets))},
			{"data.ticket_types[].id", "string", true, "the ticket type's id; " + id},
			{"data.ticket_types[].name", "string", false, fmt.Sprintf("cut to %d characters; left out, the id", MaxName)},
		}},
	}
}

// AnswerDocs are the answers to a webhook.
func AnswerDocs() []AnswerDoc {
	return []AnswerDoc{
		{"200", `committed to disk. status applied: the order is taken, with a link or null and a reason for each ticket; duplicate: the same webhook-id and body, or the same version and content, came before; stale: a newer version is known`},
		{"202", `status parked: it names an event that is not known yet; it is kept, and applied by itself once the event is added`},
		{"400", "not JSON in UTF-8, or a header is missing"},
		{"401", "the signature does not hold, or the timestamp is more than 5 minutes off; nothing is stored"},
		{"404", "there is no such checkout"},
		{"405", "not POST"},
		{"409", "the same webhook-id came with another body, or the same version of the order with other content; kept in the inbox"},
		{"413", "more than 1 MiB"},
		{"415", "not application/json, or compressed"},
		{"422", "invalid; errors names every field that is, and the body is kept in the inbox"},
		{"503", "it cannot be committed now; nothing is half done, and Retry-After says when to send it again"},
	}
}

// Reasons are the reasons that a ticket's verdict may have (R9), those that credit a link
// first.
func Reasons() []Reason {
	return []Reason{ReasonLastClick, ReasonCode, ReasonCoupon, ReasonCopiedAddress, ReasonNoClick, ReasonNoConsent, ReasonBadReceipt, ReasonExpired, ReasonAfterOrder, ReasonOtherEvent, ReasonUnknownCode, ReasonTest}
}
