package page

import (
	"context"
	"maps"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// settings are what the person has set, as far as the session knows.
type settings struct {
	known   bool           // they were read, or cannot be
	now     model.Settings // what was set in this session goes before what was read
	waiting []func()       // what is to be done once they are known
	sending map[string]bool
	kept    map[string]int // how often each was set in this session
	failed  bool           // it was said that they cannot be kept
}

// ReadSettings reads the person's settings and does then with them. It is one read beside
// the first page's, which does not wait for it. Where it fails the console is as for those
// who have set nothing.
func (s *Session) ReadSettings(then func() tea.Cmd) tea.Cmd {
	return Do(s, 0, func(ctx context.Context, store Store, a model.Actor) (model.Settings, error) {
		return store.Settings(ctx, a)
	}, func(read model.Settings, err error) tea.Cmd {
		if err != nil {
			s.Log.Warn("the settings of a person could not be read", "err", err)
		}
		if s.settings.now == nil {
			s.settings.now = model.Settings{}
		}
		for name, value := range read {
			if _, ours := s.settings.now[name]; !ours {
				s.settings.now[name] = value
			}
		}
		s.settings.known = true
		for _, do := range s.settings.waiting {
			do()
		}
		s.settings.waiting = nil
		return then()
	})
}

// Settle takes the person's settings that were read before the console began.
func (s *Session) Settle(read model.Settings) {
	s.settings.now, s.settings.known = maps.Clone(read), true
}

// Unsettled says that the settings are not known yet.
func (s *Session) Unsettled() bool { return !s.settings.known }

// liveSettings are those that open consoles take over when they are set elsewhere.
var liveSettings = []string{model.SettingTheme, model.SettingKeys}

// RereadSettings reads the person's settings again, and does then with those that were set
// elsewhere: by a command, or in another console of theirs. What was set here meanwhile
// stays.
func (s *Session) RereadSettings(then func(changed []string) tea.Cmd) tea.Cmd {
	kept := maps.Clone(s.settings.kept)
	return Do(s, 0, func(ctx context.Context, store Store, a model.Actor) (model.Settings, error) {
		return store.Settings(ctx, a)
	}, func(read model.Settings, err error) tea.Cmd {
		if err != nil || !s.settings.known {
			return nil
		}
		var changed []string
		for _, name := range liveSettings {
			if s.settings.now[name] == read[name] || s.settings.sending[name] || s.settings.kept[name] != kept[name] {
				continue
			}
			s.settings.now[name] = read[name]
			changed = append(changed, name)
		}
		if changed == nil {
			return nil
		}
		return then(changed)
	})
}

// Setting is what the person has set; empty is nothing, or not known yet.
func (s *Session) Setting(name string) string { return s.settings.now[name] }

// onceSettled does something now, or once the settings are known.
func (s *Session) onceSettled(do func()) {
	if s.settings.known {
		do()
		return
	}
	s.settings.waiting = append(s.settings.waiting, do)
}

// Keep keeps a setting of the person's: here at once, and in the store by a command. Of
// what changes while one is on its way the last is kept.
func (s *Session) Keep(name, value string) tea.Cmd {
	if s.settings.now == nil {
		s.settings.now = model.Settings{}
	}
	s.settings.now[name] = value
	if s.settings.kept == nil {
		s.settings.kept = map[string]int{}
	}
	s.settings.kept[name]++
	if s.settings.sending[name] {
		return nil
	}
	if s.settings.sending == nil {
		s.settings.sending = map[string]bool{}
	}
	return s.send(name, value)
}

func (s *Session) send(name, value string) tea.Cmd {
	s.settings.sending[name] = true
	return Do(s, 0, func(ctx context.Context, store Store, a model.Actor) (struct{}, error) {
		return struct{}{}, store.SetSetting(ctx, a, name, value)
	}, func(_ struct{}, err error) tea.Cmd {
		if now := s.settings.now[name]; err == nil && now != value {
			return s.send(name, now)
		}
		delete(s.settings.sending, name)
		if err == nil || s.settings.failed {
			return nil
		}
		s.settings.failed = true // once: it is no more than a convenience
		return s.Toast(Warning, "Not kept for the next time: "+Reason(err))
	})
}

// RememberSort sorts the table of a list as the person sorted it last, and keeps how they
// sort it from now on.
func RememberSort[T any](s *Session, list string, t *ui.Table[T]) {
	name := model.SettingSort + "." + strings.ToLower(strings.ReplaceAll(list, " ", "-"))
	t.Sorted = func() tea.Cmd { return s.Keep(name, t.Sort()) }
	s.onceSettled(func() {
		if by := s.Setting(name); by != "" {
			t.SetSort(by)
		}
	})
}
