package model

// HookDocs are the webhooks that hooks get, as `help webhook` lists them. A test compares
// the list with the types that are sent.
func HookDocs() []WebhookDoc {
	order := []FieldDoc{
		{"data.order", "string", true, "the checkout's id of the order"},
		{"data.checkout", "string", true, "the name of the checkout"},
		{"data.client", "string", true, "the slug of the client"},
		{"data.link", "string", true, "the code of the link"},
	}
	sale := append(append([]FieldDoc{}, order...),
		FieldDoc{"data.version", "integer", true, "of the order, that made it so"},
		FieldDoc{"data.placed_at", "string", true, "when the order was bought, RFC 3339"},
		FieldDoc{"data.currency", "string", true, "ISO 4217"},
		FieldDoc{"data.tickets", "list", true, "the tickets of the order that this is about, at least one"},
		FieldDoc{"data.tickets[].id", "string", true, "the checkout's id of the ticket"},
		FieldDoc{"data.tickets[].event", "string", true, "the slug of the event"},
		FieldDoc{"data.tickets[].type", "string", true, "the id of the ticket type"},
		FieldDoc{"data.tickets[].type_name", "string", true, "the name of the ticket type; may be empty"},
		FieldDoc{"data.tickets[].face_value", "integer", true, "in the currency's minor unit, from 0 on"},
		FieldDoc{"data.tickets[].reason", "string", true, "why the link has it: last_click, code or coupon"},
	)
	reversed := append(append([]FieldDoc{}, sale...),
		FieldDoc{"data.tickets[].cause", "string", true, "why it no longer counts: refunded, void, test, or changed (its link, event, type, price or currency is another now, and a sale.credited says what it counts for)"})
	scan := append(append([]FieldDoc{}, order...),
		FieldDoc{"data.ticket", "string", true, "the checkout's id of the ticket"},
		FieldDoc{"data.event", "string", true, "the slug of the event"},
		FieldDoc{"data.type", "string", true, "the id of the ticket type"},
		FieldDoc{"data.at", "string", true, "when it came in, RFC 3339"})
	return []WebhookDoc{
		{[]string{SaleCredited}, "Tickets of one order count for a link from now on.", sale},
		{[]string{SaleReversed}, "They no longer do; each ticket is told as it was credited.", reversed},
		{[]string{TicketScanned}, "A credited ticket came in. A scan that is undone is not told.", scan},
		{[]string{HookPing}, "hook test URL sends it.", []FieldDoc{{"data.client", "string", false, "the slug of the hook's client; null for a hook of all clients"}}},
	}
}

// HookAnswerDocs are the answers of a hook's receiver, and what follows from each.
func HookAnswerDocs() []AnswerDoc {
	return []AnswerDoc{
		{"2xx", "taken; within 10 seconds"},
		{"410", "the hook is disabled at once, and its owner told by mail"},
		{"any other", "sent again: with pauses that grow to 10 minutes, or to an hour for a message that alone is not taken, or that Retry-After asks for. A hook that took nothing for 3 days is disabled, and its owner told by mail; a message that alone was not taken for 3 days is dropped"},
	}
}
