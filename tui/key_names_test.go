package tui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/ui"
)

// greek gives every action another key, of letters that no text here has.
func greek() model.Keymap {
	m := model.Keymap{}
	for i, a := range model.KeyActions {
		m[a.Name] = string(rune('α' + i))
	}
	return m
}

// named is a key of the console as a text would name it: alone, as a word.
var named = regexp.MustCompile(`(?:^|[\s(“,])([A-Za-z?+#\[\]]),?(?:\s|$)`)

// afterArticle is what follows on "a" where it is the key.
var afterArticle = regexp.MustCompile(`^(archive|show|hide|to )`)

// keysNamed are the keys of the tables that the screen names where it has the person's own
// instead. What is no key: "a" as a word of a sentence, the brackets of a field, axes.
func keysNamed(screen string) (found []string) {
	for l := range strings.SplitSeq(screen, "\n") {
		for _, m := range named.FindAllStringSubmatchIndex(l, -1) {
			name := l[m[2]:m[3]]
			if !slices.ContainsFunc(model.KeyActions, func(a model.KeyAction) bool { return a.Key == name }) {
				continue
			}
			after := strings.TrimSpace(l[m[3]:])
			if strings.Contains("aA", name) && !afterArticle.MatchString(after) || strings.Contains("[]", name) && !strings.HasPrefix(after, "] change") {
				continue
			}
			found = append(found, fmt.Sprintf("%q in %q", name, strings.TrimSpace(l)))
		}
	}
	return found
}

// Every text that names a key names the person's: on every page, in its help, where there is
// nothing to show, where it cannot be shown, and in what is said of what was done.
func TestKeys_Changed_EveryTextNamesThem(t *testing.T) {
	empty := func() *fakeStore { return &fakeStore{clients: newFake().clients} }
	failing := func() *fakeStore {
		s := newFake()
		s.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy"}
		return s
	}
	archived := func() *fakeStore {
		s := newFake()
		for i := range s.stats.Links {
			s.stats.Links[i].Link.Archived = true
		}
		s.detail.Mail = model.MailFailed
		return s
	}
	for name, of := range map[string]struct {
		store func() *fakeStore
		ways  [][]string
	}{
		"full": {newFake, append(slices.Clone(pageWays), [][]string{
			{"1", "A"},
			{"1", "/", "rosa"},
			{"1", "c"},
			{"1", "T", "down", "enter"},
			{"1", ",", "space"},
			{"1", "t", "t"},
			{"1", "enter", "P", "y"},
			{"1", "enter", "x"},
			{"3", "p"},
			{"3", ":"},
			{"1", "E"},
			{"1", "E", "down", ".org"},
			{"1", "n"},
			{"1", "d"},
			{"1", "v"},
			{"1", "D"},
			{"1", "a", "y"},
			{"2", "n"},
			{"4", "n"},
			{"4", "-"},
			{"6", "n"},
			{"7", "n"},
			{"7", "o"},
			{"7", "o", "y", "y"},
			{"1", "m"},
			{"4", "H", "down", "enter"},
			{"1", "enter", "Q"},
			{"1", "enter", "w"},
			{"1", "enter", "w", "y"},
			{"1", "enter", "+"},
			{"1", "enter", "-"},
			{"1", "t", "a", "y"},
			{"2", "E"},
			{"2", "x"},
			{"3", "x"},
			{"4", "E"},
			{"4", "+"},
			{"4", "H", "n"},
			{"4", "H", "t"},
			{"6", "E"},
			{"7", "enter", "t"},
			{"8", "d", "y"},
			{"8", "t"},
		}...)},
		"empty":    {empty, [][]string{{"1"}, {"2"}, {"3"}, {"3", "u"}, {"4"}, {"4", "H"}, {"5"}, {"6"}, {"7"}, {"8"}}},
		"failing":  {failing, [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"7"}, {"8"}}},
		"archived": {archived, [][]string{{"1"}, {"1", "A"}, {"1", "A", "enter"}}},
	} {
		for _, way := range of.ways {
			for _, help := range []bool{false, true} {
				for _, size := range [][2]int{{200, 50}, {120, 50}, {60, 40}} {
					keys := ui.NewKeys(greek())
					c := open(t, setup{client: "acme", role: model.Admin, store: of.store(), w: size[0], h: size[1], profile: termenv.Ascii, settings: model.Settings{model.SettingKeys: greek().String()}})
					for _, k := range way {
						if len(k) > 1 && !slices.Contains([]string{"enter", "down", "space"}, k) {
							c.write(k)
						} else {
							c.press(keys.Name(k))
						}
					}
					if help {
						c.press("ctrl+g")
					}
					c.elapse() // a preview comes to rest
					for _, found := range keysNamed(c.screen()) {
						t.Errorf("%s %v, help %v: the key %s", name, way, help, found)
					}
				}
			}
		}
	}
	c := open(t, setup{client: "acme", w: 30, h: 9, profile: termenv.Ascii, settings: model.Settings{model.SettingKeys: "quit=Z"}})
	if s := strings.Join(strings.Fields(c.screen()), " "); !strings.Contains(s, "press Z.") {
		t.Errorf("a small window says %q", s)
	}
	if c.press("q"); c.app.quit {
		t.Error("q quits, which is not the key")
	}
	if c.press("Z"); !c.app.quit {
		t.Error("the key does not quit a small window")
	}
}
