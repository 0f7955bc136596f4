package command

import (
	"strings"

	"lastclick/model"
)

// printWebhookHelp writes the whole payload reference of standard checkouts.
func (s *session) printWebhookHelp() error {
	docs := struct {
		Envelope []model.FieldDoc   `json:"envelope"`
		Types    []model.WebhookDoc `json:"types"`
		Answers  []model.AnswerDoc  `json:"answers"`
		Reasons  []model.Reason     `json:"reasons"`
	}{model.EnvelopeDoc(), model.WebhookDocs(), model.AnswerDocs(), model.Reasons()}
	return s.reply(answer{json: docs, text: func(p *page) {
		p.say("What a standard checkout posts to /webhooks/NAME, signed by Standard Webhooks (https://www.standardwebhooks.com): the headers webhook-id, webhook-timestamp (Unix seconds) and webhook-signature, and a body of JSON, at most 1 MiB. Unknown fields are left alone. Shops of other kinds post in their own way: see checkout show NAME.")
		fieldDocs(p, "Every body", docs.Envelope)
		for _, t := range docs.Types {
			fieldDocs(p, strings.Join(t.Types, ", "), t.Fields, t.About)
		}
		p.gap()
		p.title("Answers")
		rows := make([][2]string, len(docs.Answers))
		for i, a := range docs.Answers {
			rows[i] = [2]string{a.Status, a.About}
		}
		p.terms(rows)
		p.gap()
		p.title("Reasons of a ticket's verdict")
		rows = nil
		for _, r := range docs.Reasons {
			rows = append(rows, [2]string{string(r), r.Explain()})
		}
		p.terms(rows)
	}})
}

func fieldDocs(p *page, title string, fields []model.FieldDoc, about ...string) {
	p.gap()
	p.title(title)
	for _, sentence := range about {
		p.say(sentence)
	}
	rows := make([][2]string, len(fields))
	for i, f := range fields {
		kind := f.Type
		if !f.Must {
			kind += ", optional"
		}
		rows[i] = [2]string{f.Path, kind + ": " + f.About}
	}
	p.terms(rows)
}
