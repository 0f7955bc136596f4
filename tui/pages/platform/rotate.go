package platform

import (
	"context"
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

// rotate asks, gives the checkout a new secret and shows it. The question says when each
// secret was last used, for of two live ones the older ends.
func (p *Checkouts) rotate(c model.Checkout) tea.Cmd {
	ask := "Give " + c.Name + " a new secret? The one it has now stays live"
	if len(c.SecretUses) > 0 {
		ask += " (" + p.lastUse(c.SecretUses[0]) + ")"
	}
	if len(c.SecretUses) > 1 {
		ask += "; the older one no longer works (" + p.madeAndUsed(c.SecretUses[1]) + ")"
	}
	return p.Ask(ask+".", func() tea.Cmd { return p.newSecret(c.Name, model.Rotation{}) })
}

func (p *Checkouts) newSecret(name string, r model.Rotation) tea.Cmd {
	return p.rotateTo(name, r, "Give it a new secret all the same? What it signs with the older one is refused then.", func(secret model.CheckoutSecret) tea.Cmd {
		return p.Open(newCheckoutSecret(p.Session, secret))
	})
}

// endOld asks, then ends the older secret and makes no new one.
func (p *Checkouts) endOld(c model.Checkout) tea.Cmd {
	return p.Ask("End the older secret of "+c.Name+" ("+p.madeAndUsed(c.SecretUses[1])+")? The newest stays.", func() tea.Cmd {
		return p.endOlder(c.Name, model.Rotation{EndOld: true})
	})
}

func (p *Checkouts) endOlder(name string, r model.Rotation) tea.Cmd {
	return p.rotateTo(name, r, "End it all the same? What it signs with it is refused then.", func(secret model.CheckoutSecret) tea.Cmd {
		done := append([]string{"Ended the older secret of " + name}, secret.ExplainSecrets()...)
		return tea.Batch(p.Reload(), p.Toast(page.Success, strings.Join(done, ". ")))
	})
}

// rotateTo rotates, and asks again where a secret ends that is still in use. Meanwhile no
// key does anything: a secret is shown once, and a question is answered once it is read.
func (p *Checkouts) rotateTo(name string, r model.Rotation, again string, done func(model.CheckoutSecret) tea.Cmd) tea.Cmd {
	waits := newRotating(p.Session, name, r)
	return tea.Batch(p.Open(waits), page.Do(p.Session, waits.ID(), func(ctx context.Context, s page.Store, a model.Actor) (model.CheckoutSecret, error) {
		return s.RotateCheckout(ctx, a, name, r)
	}, func(secret model.CheckoutSecret, err error) tea.Cmd {
		closed := waits.Close()
		e, ok := errors.AsType[*model.Error](err)
		switch {
		case err == nil:
			return tea.Batch(closed, done(secret))
		case !ok || e.Kind != model.Conflict || r.Force:
			return tea.Batch(closed, p.Fail(err))
		}
		return tea.Batch(closed, p.Ask(page.Sentence(&model.Error{Kind: e.Kind, Msg: e.Msg})+". "+again, func() tea.Cmd {
			r.Force = true
			return p.rotateTo(name, r, again, done)
		}))
	}))
}

// rotating is the page while the secrets of a checkout change.
type rotating struct{ *page.TextPage }

func newRotating(s *page.Session, name string, r model.Rotation) rotating {
	title, doing := "New secret", "A new secret of "+name+" is being made."
	if r.EndOld {
		title, doing = "End the older secret", "The older secret of "+name+" is being ended."
	}
	return rotating{page.NewTextPage(s, title, func(w, _ int) []string { return s.Theme.Message(w, doing) })}
}

// Typing keeps every key from the frame and from actions.
func (rotating) Typing() bool { return true }

// madeAndUsed tells a secret from another: the checkout may still have the older one.
func (p *Checkouts) madeAndUsed(u model.SecretUse) string {
	return "made " + p.Moment(u.CreatedAt, p.Zone) + " UTC, " + p.lastUse(u)
}

func (p *Checkouts) lastUse(u model.SecretUse) string {
	if u.UsedAt == nil {
		return "never used"
	}
	return "last used " + p.Moment(*u.UsedAt, p.Zone) + " UTC"
}
