package command

import (
	"strings"

	"lastclick/model"
)

// printWebhookHelp writes the whole payload reference: of standard checkouts, and of
// hooks.
func (s *session) printWebhookHelp() error {
	docs := struct {
		Envelope []model.FieldDoc   `json:"envelope"`
		Types    []model.WebhookDoc `json:"types"`
		Answers  []model.AnswerDoc  `json:"answers"`
		Reasons  []model.Reason     `json:"reasons"`
		Hooks    hookDocs           `json:"hooks"`
	}{model.EnvelopeDoc(), model.WebhookDocs(), model.AnswerDocs(), model.Reasons(), hookDocs{model.HookDocs(), model.HookAnswerDocs()}}
	return s.reply(answer{json: docs, text: func(p *page) {
		p.say("What a standard checkout posts to /webhooks/NAME, signed by Standard Webhooks (https://www.standardwebhooks.com): the headers webhook-id, webhook-timestamp (Unix seconds) and webhook-signature, and a body of JSON, at most 1 MiB. Unknown fields are left alone. Shops of other kinds post in their own way: see checkout show NAME.")
		fieldDocs(p, "Every body", docs.Envelope)
		for _, t := range docs.Types {
			fieldDocs(p, strings.Join(t.Types, ", "), t.Fields, t.About)
		}
		answerDocs(p, "Answers", docs.Answers)
		p.gap()
		p.title("Reasons of a ticket's verdict")
		var rows [][2]string
		for _, r := range docs.Reasons {
			rows = append(rows, [2]string{string(r), r.Explain()})
		}
		p.terms(rows)
		p.gap()
		p.say("What a hook gets (hook add URL): a POST with the same headers, signed with the hook's secret, and a body of JSON with type, timestamp (RFC 3339) and data. A message comes at least once, with the same webhook-id each time; those of one order come in their order.")
		for _, t := range docs.Hooks.Types {
			fieldDocs(p, strings.Join(t.Types, ", "), t.Fields, t.About)
		}
		answerDocs(p, "What the receiver of a hook answers", docs.Hooks.Answers)
	}})
}

// hookDocs are the reference of hooks.
type hookDocs struct {
	Types   []model.WebhookDoc `json:"types"`
	Answers []model.AnswerDoc  `json:"answers"`
}

func answerDocs(p *page, title string, answers []model.AnswerDoc) {
	p.gap()
	p.title(title)
	rows := make([][2]string, len(answers))
	for i, a := range answers {
		rows[i] = [2]string{a.Status, a.About}
	}
	p.terms(rows)
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
