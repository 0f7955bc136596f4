package command

import (
	"context"
	"strings"
	"testing"

	"lastclick/model"
)

func (s fakeStore) Settings(context.Context, model.Actor) (model.Settings, error) {
	return model.Settings{model.SettingTheme: "dark", model.SettingKeys: "up=i quit=ctrl+q"}, s.err
}

func (s fakeStore) SetSetting(context.Context, model.Actor, string, string) error { return s.err }

func TestTheme_SetAndShown_ForTheirPersonAlone(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	people := p.team("zebra", "ZEBRA-1")
	viewer, owner := people[model.Viewer], people[model.Owner]
	for _, c := range []struct {
		by        model.Actor
		line      string
		code      int
		out, errs string
	}{
		{viewer, "theme", 0, "Your theme is auto. There are auto, dark, light, contrast and mono.\n", ""},
		{viewer, "theme Dark", 0, "Your theme is dark, in open consoles too. It was auto; to have that again:\n  ssh -p 2222 tickets.example theme auto\n", ""},
		{viewer, "theme dark", 0, "Your theme is dark, as it was.\n", ""},
		{viewer, "theme --json", 0, `{"theme":"dark","before":null,"themes":["auto","dark","light","contrast","mono"]}`, ""},
		{owner, "theme", 0, "Your theme is auto.", ""},
		{viewer, "theme pink", 1, "", "there is no theme \"pink\": choose one of auto, dark, light, contrast, mono\n"},
		{viewer, "theme dark please", 2, "", "one word too many"},
		{viewer, "theme auto --json", 0, `{"theme":"auto","before":"dark",`, ""},
	} {
		if got := p.by(c.by, c.line); got.code != c.code || !strings.Contains(got.out, c.out) || !strings.Contains(got.err, c.errs) || (c.errs == "") != (got.err == "") {
			t.Errorf("%s: exit %d\n%s%s", c.line, got.code, got.out, got.err)
		}
	}
}

func TestKeys_SetListReset_WithSentences(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	viewer := p.team("zebra", "ZEBRA-1")[model.Viewer]
	for _, c := range []struct {
		line      string
		code      int
		out, errs string
	}{
		{"keys", 0, "up ", ""},
		{"keys set up=e", 1, "", "up cannot have the key e: it is the key of unfold: give unfold another one in the same command\n"},
		{"keys set up=e unfold=U down=n new=N", 0, "  up=e (k at first)\n", ""},
		{"keys set up=e", 0, "No key is another than before.\n", ""},
		{"keys set up=ctrl+c", 1, "", "up cannot have the key ctrl+c: it always quits\n"},
		{"keys set fly=x", 1, "", `there is no action "fly": keys list names them all`},
		{"keys set up", 1, "", `"up" is no assignment: write ACTION=KEY, such as up=e`},
		{"keys set", 2, "", "ACTION=KEY… is missing"},
		{"keys list --csv", 0, "up,e,k,a line up\n", ""},
		{"keys list --json", 0, `{"action":"new","key":"N","default":"n","does":"add a link, an event or a person"}`, ""},
		{"keys reset down new", 0, "  up=e (k at first)\n", ""},
		{"keys reset unfold", 1, "", "it is the key of"},
		{"keys reset", 0, "All actions have the keys that they had at first.\n", ""},
		{"keys lst", 2, "", `there is no command "keys lst": did you mean "keys list"?`},
	} {
		if got := p.by(viewer, c.line); got.code != c.code || !strings.Contains(got.out, c.out) || !strings.Contains(got.err, c.errs) || (c.errs == "") != (got.err == "") {
			t.Errorf("%s: exit %d\n%s%s", c.line, got.code, got.out, got.err)
		}
	}
}

// The command that an answer names gives the keys back, whatever they were.
func TestKeys_CommandOfTheAnswer_GivesBack(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	viewer := p.team("zebra", "ZEBRA-1")[model.Viewer]
	_, host, _ := strings.Cut(strings.TrimSpace(newSession(Env{Address: "tickets.example:2222"}).ssh()), "ssh")
	keys := func() string { return p.by(viewer, "keys list --csv").out }
	for _, line := range []string{"keys set up=e unfold=U", `'keys set up=k "unfold=$" "down=\""'`, `'keys set "unfold=;" "sort=\\"'`, "keys set up=U unfold=k", "keys reset down unfold up", "keys set quit=ctrl+q help=f1", "keys reset"} {
		before := keys()
		got := p.by(viewer, line)
		if got.code != 0 {
			t.Fatalf("%s: %s", line, got.err)
		}
		changed := keys()
		_, back, ok := strings.Cut(got.out, "\n  ssh"+host+" ")
		if !ok {
			t.Fatalf("%s: no command gives it back:\n%s", line, got.out)
		}
		if undone := p.by(viewer, back); undone.code != 0 || keys() != before {
			t.Errorf("%s, then %s: exit %d, %s\n%s\nbefore:\n%s", line, back, undone.code, undone.err, keys(), before)
		}
		if again := p.by(viewer, line); again.code != 0 || keys() != changed {
			t.Errorf("%s again: exit %d, %s", line, again.code, again.err)
		}
	}
}
