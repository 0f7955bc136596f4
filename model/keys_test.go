package model

import (
	"strings"
	"testing"
)

func TestKeymap_Set_AllAtOnce(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"up=i", "up=i"},
		{"UP=i down=n new=N", "up=i down=n new=N"},
		{"up=k", ""}, // its own
		{"up=j down=k", "up=j down=k"},
		{"filter==", "filter=="},
		{"quit=ctrl+Q help=F1", "help=f1 quit=ctrl+q"},
		{"sort=é", "sort=é"},
		{"up=i up=y", "up=y"},
		{"", ""},
	} {
		m, err := ParseKeymap(c.set)
		if err != nil || m.String() != c.want {
			t.Errorf("%q: %q %v, want %q", c.set, m, err, c.want)
		}
		again, err := ParseKeymap(m.String())
		if err != nil || again.String() != m.String() {
			t.Errorf("%q is not read back: %q %v", m, again, err)
		}
	}
}

func TestKeymap_Set_RefusesWithASentence(t *testing.T) {
	for set, want := range map[string]string{
		"up=e":            "up cannot have the key e: it is the key of unfold: give unfold another one in the same command",
		"up=i down=i":     "cannot have the key i",
		"up=ctrl+c":       "up cannot have the key ctrl+c: it always quits",
		"up=ESC":          "it always goes back",
		"up=enter":        "it always opens, and sends in forms",
		"up=1":            "digits turn to pages",
		"up=":             `"up=" is no assignment: write ACTION=KEY, such as up=e`,
		"up":              `"up" is no assignment`,
		"fly=x":           `there is no action "fly": keys list names them all`,
		"up=ctrl+shift+a": "a key is one letter or sign",
		"up=f13":          "a key is one letter or sign",
		"up=\x1b":         "a key is one letter or sign",
		"up=日本":           "a key is one letter or sign",
		"up=\u0301":       "a key is one letter or sign",
	} {
		if m, err := ParseKeymap(set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q %v, want %q", set, m, err, want)
		}
	}
}

func TestKeymap_Reset_MayLeaveNoConflict(t *testing.T) {
	m, err := ParseKeymap("up=j down=k quit=Z")
	if err != nil {
		t.Fatal(err)
	}
	if one, err := m.Reset("quit"); err != nil || one.String() != "up=j down=k" {
		t.Errorf("%q %v", one, err)
	}
	if _, err := m.Reset("up"); err == nil {
		t.Error("up is k again, which is down's")
	}
	if all, err := m.Reset(); err != nil || all.String() != "" {
		t.Errorf("%q %v", all, err)
	}
}

func TestKeyActions_NamesAndKeys_AreDistinctAndAllowed(t *testing.T) {
	if err := (Keymap{}).conflict(); err != nil {
		t.Error(err)
	}
	names := map[string]bool{}
	for _, a := range KeyActions {
		if _, err := checkKey(a, a.Key); err != nil || names[a.Name] || a.Does == "" {
			t.Errorf("%+v: %v", a, err)
		}
		names[a.Name] = true
	}
}

func TestCheckSetting_KnownNamesAlone(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"theme", " Dark ", "dark"},
		{"theme", "", ""},
		{"keys", "up=i", "up=i"},
		{"mouse", "on", "on"},
		{"sort.links", "Tickets down", "Tickets down"},
		{"columns.links", "clicks,orders", "clicks,orders"},
		{"sort.links", "a\x1b[2Jb", "a[2Jb"},
	} {
		if got, err := CheckSetting(c.name, c.value); err != nil || got != c.want {
			t.Errorf("%s=%q: %q %v, want %q", c.name, c.value, got, err, c.want)
		}
	}
	for _, c := range [][2]string{
		{"theme", "pink"},
		{"mouse", "yes"},
		{"keys", "up=esc"},
		{"colour", "red"},
		{"sort", "Tickets"},
		{"sort.", "x"},
		{"sort.Links", "x"},
		{"sort." + strings.Repeat("x", 25), "x"},
		{"columns.links", strings.Repeat("x", MaxSetting+1)},
		{"\x1b[2J", "x"},
	} {
		if got, err := CheckSetting(c[0], c[1]); err == nil {
			t.Errorf("%q=%q is taken as %q", c[0], c[1], got)
		}
	}
}

// What was kept before an action was there, or under the name that it had then, is read as
// far as it holds.
func TestKeymap_ReadOfAnotherVersion_KeepsWhatHolds(t *testing.T) {
	for kept, want := range map[string]string{
		"":                          "",
		"up=i down=n new=N":         "up=i down=n new=N",
		"up=j down=k":               "up=j down=k",
		"up=i fly=w quit=Z":         "up=i quit=Z",     // no such action
		"columns=x remove=X quit=Z": "quit=Z remove=X", // x has become the key of another
		"remove-code=X":             "remove=X",
		"up=esc quit=Z":             "quit=Z",
		"up=i down=i":               "up=i",
		"nonsense = up=i":           "up=i",
	} {
		got := ReadKeymap(kept)
		if got.String() != want {
			t.Errorf("%q is read as %q, want %q", kept, got, want)
		}
		if again, err := ParseKeymap(got.String()); err != nil || again.String() != want {
			t.Errorf("%q does not hold: %v", got, err)
		}
	}
}
