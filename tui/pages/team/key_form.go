package team

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

// maxKey bounds what is pasted as a public key, in characters; one of RSA with 16,384 bits
// takes under 3,000.
const maxKey = 16 << 10

// keyForm gives a person another key, pasted as it stands in a .pub file.
type keyForm struct {
	page.FormPage
	person model.Person
	own    bool
}

func newKeyForm(s *page.Session, person model.Person, own bool) *keyForm {
	p := &keyForm{person: person, own: own}
	title := "Add a key of " + model.Line(person.Name)
	if own {
		title = "Add a key of yours"
	}
	p.InitForm(s, title, "Add Key", "Adding")
	p.Form.Ask("key", "Public key", "", "").SetLimit(maxKey)
	p.Form.Quick = true
	p.Form.Send, p.Form.Explain = p.send, p.explain
	p.Validate = func() error {
		_, err := s.ReadKey(p.Form.Value("key"))
		return err
	}
	p.Commands = func() []page.Args {
		if own {
			return []page.Args{"key add < id_ed25519.pub"}
		}
		return []page.Args{page.Args("key add --promoter").With(person.Name) + " < id_ed25519.pub"}
	}
	return p
}

func (p *keyForm) send() tea.Cmd {
	k, err := p.ReadKey(p.Form.Value("key"))
	if err != nil { // it was checked
		p.Form.Refuse("key", page.Sentence(err))
		return nil
	}
	name := p.person.Name
	if p.own {
		name = "" // two people may have one name
	}
	return p.Save(func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
		added, err := s.AddKey(ctx, a, name, k)
		return page.Done{Text: "Added a key of " + added.Person, Undo: page.Undo{Label: "removes it", Do: removeKey(added)}}, err
	})
}

func (p *keyForm) explain(w int) []string {
	t := p.Theme
	lines := t.Paragraph(w, t.Faint, "Paste the one line of a .pub file, such as ~/.ssh/id_ed25519.pub: ssh-ed25519 AAAA… name@laptop. The private key stays where it is.")
	if k, err := p.ReadKey(p.Form.Value("key")); err == nil {
		lines = append(lines, t.Paragraph(w, t.Good, t.Glyph.Check+" "+k.Fingerprint)...)
	}
	return lines
}

// removeKey and addKey are each what takes the other back.
func removeKey(k model.Key) page.Call[string] {
	return func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		return "Removed a key of " + k.Person, s.RemoveKey(ctx, a, k.Fingerprint)
	}
}

func addKey(k model.Key) page.Call[string] {
	return func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		_, err := s.AddKey(ctx, a, k.Person, k)
		return "Gave " + k.Person + " the key back", err
	}
}
