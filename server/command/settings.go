package command

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// themeSet is `theme --json`.
type themeSet struct {
	Theme  string   `json:"theme"`
	Before *string  `json:"before"` // what it was until now; null where it was not set
	Themes []string `json:"themes"` // all that there are
}

func (s *session) theme() *cobra.Command {
	return s.leaf(spec{
		use:   "theme [NAME]",
		short: "Set how the console looks for you: auto, dark, light, contrast or mono.",
		more: "auto takes the 16 colours of your terminal as they are set there; dark and light have colours of their own where the terminal has more; " +
			"contrast is strong colours and nothing faint; mono is bold, underline and reverse alone. It is kept for you, and your open consoles take it at once. " +
			"Without NAME it says which you have. In the console, T shows each before you choose.",
		examples: []string{"theme dark", "theme"},
		run: func(ctx context.Context, args []string) error {
			now, err := s.themeNow(ctx)
			if err != nil {
				return err
			}
			doc := themeSet{Theme: now, Themes: model.Themes}
			if len(args) == 1 {
				if doc.Theme, err = model.CheckTheme(args[0]); err != nil {
					return err
				}
				if err := s.Store.SetSetting(ctx, s.Actor, model.SettingTheme, doc.Theme); err != nil {
					return err
				}
				doc.Before = &now
			}
			return s.reply(answer{json: doc, text: func(p *page) {
				switch {
				case doc.Before == nil:
					p.say("Your theme is " + now + ". There are " + inWords(model.Themes, "and") + ".")
				case now == doc.Theme:
					p.say("Your theme is " + now + ", as it was.")
				default:
					p.say("Your theme is " + doc.Theme + ", in open consoles too. It was " + now + "; to have that again:")
					p.put("  " + s.ssh() + "theme " + now)
				}
			}})
		},
	})
}

// themeNow is the person's theme.
func (s *session) themeNow(ctx context.Context) (string, error) {
	set, err := s.Store.Settings(ctx, s.Actor)
	if err != nil {
		return "", err
	}
	return themeOf(set), nil
}

func themeOf(set map[string]string) string { return cmp.Or(set[model.SettingTheme], model.Themes[0]) }

// keySet is a key of the console in `keys list --json`.
type keySet struct {
	Action  string `json:"action"`
	Key     string `json:"key"`     // that the person has
	Default string `json:"default"` // that all have
	Does    string `json:"does"`
}

// consoleKeys are the commands about the keys of the console, which are none of those that
// people sign in with.
func (s *session) consoleKeys() *cobra.Command {
	c := s.group("keys", "Keys of the console: what you press.", s.consoleKeysList(), s.consoleKeysSet(), s.consoleKeysReset())
	unknown := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return s.listKeys(c.Context())
		}
		return unknown(c, args)
	}
	return c
}

func (s *session) consoleKeysList() *cobra.Command {
	return s.leaf(spec{
		use:   "list",
		short: "List the actions of the console with your keys.",
		more: "An action has one key that can be set. Arrows, enter, esc, tab, space, home, end, the page keys, digits and ctrl+c do what they do whatever is set. " +
			"A key may do a like thing on another page.",
		examples: []string{"keys list", "keys"},
		lists:    true,
		run:      func(ctx context.Context, _ []string) error { return s.listKeys(ctx) },
	})
}

func (s *session) consoleKeysSet() *cobra.Command {
	return s.leaf(spec{
		use:   "set ACTION=KEY…",
		short: "Give actions of the console other keys, for you.",
		more: "A key is one letter or sign, ctrl+ with a letter, or f1 to f12. All assignments are made at once, so that two actions can change places. " +
			"A key that another action has is refused until that one gets another. They are kept for you, and your open consoles take them at once; help and footer show them.",
		examples: []string{"keys set up=e down=n new=N unfold=U", "keys set quit=ctrl+q"},
		many:     true,
		run: func(ctx context.Context, args []string) error {
			return s.changeKeys(ctx, func(m model.Keymap) (model.Keymap, error) { return m.Set(args...) })
		},
	})
}

func (s *session) consoleKeysReset() *cobra.Command {
	return s.leaf(spec{
		use:      "reset [ACTION…]",
		short:    "Give actions of the console their first keys again; without ACTION all of them.",
		examples: []string{"keys reset", "keys reset up down"},
		many:     true,
		run: func(ctx context.Context, args []string) error {
			return s.changeKeys(ctx, func(m model.Keymap) (model.Keymap, error) { return m.Reset(args...) })
		},
	})
}

// changeKeys keeps other keys, says what they were, and lists those that the person has set.
func (s *session) changeKeys(ctx context.Context, change func(model.Keymap) (model.Keymap, error)) error {
	was, err := s.keymap(ctx)
	if err != nil {
		return err
	}
	m, err := change(was)
	if err != nil {
		return err
	}
	if err := s.Store.SetSetting(ctx, s.Actor, model.SettingKeys, m.String()); err != nil {
		return err
	}
	return s.reply(answer{json: listed("keys", keysOf(m)), text: func(p *page) {
		if len(m) == 0 {
			p.say("All actions have the keys that they had at first.")
		} else {
			p.say("You have set:")
		}
		for _, k := range keysOf(m) {
			if k.Key != k.Default {
				p.put("  " + k.Action + "=" + k.Key + " (" + k.Default + " at first)")
			}
		}
		s.keysBack(p, was, m)
	}})
}

// keysBack says which keys were others, and the command that gives them back. It names all
// of them, for two may have changed places.
func (s *session) keysBack(p *page, was, now model.Keymap) {
	var words, back []string
	for _, a := range model.KeyActions {
		if key := was.Key(a); key != now.Key(a) {
			words, back = append(words, a.Name+" was "+key), append(back, model.Quoted(a.Name+"="+key))
		}
	}
	if len(back) == 0 {
		p.say("No key is another than before.")
		return
	}
	p.say("Your open consoles have them now. Until now " + strings.Join(words, ", ") + "; to have that again:")
	p.put("  " + s.ssh() + "keys set " + strings.Join(back, " "))
}

// keymap is the person's keys.
func (s *session) keymap(ctx context.Context) (model.Keymap, error) {
	set, err := s.Store.Settings(ctx, s.Actor)
	if err != nil {
		return nil, err
	}
	return model.ReadKeymap(set[model.SettingKeys]), nil
}

func keysOf(m model.Keymap) []keySet {
	keys := make([]keySet, len(model.KeyActions))
	for i, a := range model.KeyActions {
		keys[i] = keySet{a.Name, m.Key(a), a.Key, a.Does}
	}
	return keys
}

func (s *session) listKeys(ctx context.Context) error {
	m, err := s.keymap(ctx)
	if err != nil {
		return err
	}
	fields := []field[keySet]{
		{csv: "action", value: func(k keySet) string { return k.Action }, column: column{title: "Action", min: 8}},
		{csv: "key", value: func(k keySet) string { return k.Key }, column: column{title: "Key"}},
		{csv: "default", value: func(k keySet) string { return k.Default }, column: column{title: "At first", drop: 1}},
		{csv: "does", value: func(k keySet) string { return k.Does }, column: column{title: "Does", min: 12}},
	}
	return s.reply(listAnswer("keys", fields, keysOf(m), func(*page) {}))
}
