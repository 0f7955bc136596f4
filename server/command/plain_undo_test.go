package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

// z takes back what a change made, and nothing that came after it.
func TestPlain_TakeBack_OnlyWhatIsStillAsMade(t *testing.T) {
	const again = "It was changed again since: nothing was taken back."
	rename := []string{"f", "ana@", "1", "c", "Ana New", "", "", ""}
	event := []string{"e", "2", "c", "Fest New", "", "", ""}
	start := []string{"e", "2", "c", "", "", "", "2026-07-01 20:00"}
	role := []string{"p", "1", "1", "c", "member", "y"}
	end := []string{"p", "2", "1", "y"}
	for name, of := range map[string]struct {
		said            []string
		meanwhile, sees string
		show, want      string
	}{
		"link":                 {rename, "", "Taken back: Ana Diaz is as it was", "link show ana", "Ana Diaz"},
		"link, the same field": {rename, "link set ana --name Other", again, "link show ana", "Other"},
		"link, another field":  {rename, "link set ana --email other@example.com", "Taken back: Ana Diaz is as it was", "link show ana", "other@example.com"},
		"archived":             {[]string{"f", "ana@", "1", "a", "y"}, "", "Taken back: Ana Diaz is in use", "link list", "ana"},
		"archived, restored":   {[]string{"f", "ana@", "1", "a", "y"}, "link restore ana", again, "link list", "ana"},
		"event":                {event, "", "Taken back: Summer Fest is as it was", "event show summerfest", "Summer Fest"},
		"event, its name":      {event, "event set summerfest --name Other", again, "event show summerfest", "Other"},
		"event, another field": {event, "event set summerfest --starts 2026-08-01T10:00", "Taken back: Summer Fest is as it was", "event show summerfest", "2026-08-01 10:00"},
		"event, its start":     {start, "event set summerfest --starts 2026-08-01T10:00", again, "event show summerfest", "2026-08-01 10:00"},
		"role":                 {role, "", "Taken back: Rita Ora has the role viewer", "promoter list", "viewer"},
		"role, again":          {role, "promoter set Rita Ora --role owner", again, "promoter list", "owner"},
		"role, gone":           {role, "promoter remove Rita Ora", again, "whoami", ""},
		"report":               {end, "", "Taken back: 1 report is mailed to boss@example.com again", "report list", "weekly"},
		"report, another":      {end, "report add boss@example.com --daily", again, "report list", "daily"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.seedDialogue()
			p.admin("promoter add Rita Ora --role viewer --no-key")
			p.admin("report add boss@example.com --weekly")
			said := of.said
			if of.meanwhile != "" {
				said = append(said[:len(said):len(said)], aside+of.meanwhile)
			}
			c := &conversation{said: append(said[:len(said):len(said)], "z", "z", "q"), meanwhile: func(line string) { p.admin(line) }}
			got := converse(t, p.store, model.Owner, c)
			if !strings.Contains(got, of.sees) || !strings.Contains(got, "There is nothing to take back.") {
				t.Errorf("%q is not said, or it is taken back twice:\n%s", of.sees, got)
			}
			if is := p.admin(of.show); !strings.Contains(is, of.want) {
				t.Errorf("%s has no %q:\n%s", of.show, of.want, is)
			}
		})
	}
}

// z is for the last change alone, whichever way it was made.
func TestPlain_AnotherChange_EndsTakingBack(t *testing.T) {
	const none = "There is nothing to take back."
	for line, stays := range map[string]bool{
		": link list": true, ": help link set": true, ": link set --help": true, ": stats --days 7d": true,
		": link set ana --name Other": false, ": event set summerfest --name Other": false, ": theme dark": false,
	} {
		p := newPlatform(t)
		p.seedDialogue()
		got := talk(t, p.store, model.Owner, "f", "ana@", "1", "a", "y", line, "z", "q")
		if strings.Contains(got, none) == stays {
			t.Errorf("behind %q:\n%s", line, got)
		}
	}
}

// The commands that are told apart in a dialogue are commands.
func TestPlain_NamedCommands_Exist(t *testing.T) {
	s := newSession(Env{Actor: model.Actor{Role: model.Admin}})
	root := s.root()
	paths := map[string]bool{"help": true}
	for _, leaf := range s.leaves {
		paths[strings.TrimPrefix(leaf.CommandPath(), root.Name()+" ")] = true
	}
	for _, name := range append(append([]string{}, reading...), ending...) {
		if !paths[name] {
			t.Errorf("there is no command %q", name)
		}
	}
}

// What cannot be taken back is asked about, also where it is a command.
func TestPlain_EndingCommands_AreAskedAbout(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	p.admin("report add boss@example.com --weekly")
	p.admin("checkout add box")
	for line, did := range map[string]string{
		": report remove boss@example.com": "ended. Nothing more is mailed.", ": checkout remove box": "The checkout box is disconnected", ": customer erase cus_11": "stored about such a customer",
		": link set ana --new-stats-token": "is changed", ": link resend ana": "The welcome mail to ana@example.com is queued", ": key remove nothing": "key",
	} {
		got := talk(t, p.store, model.Admin, line, "", "q")
		_, answer, asked := strings.Cut(got, "no is meant where you say nothing.\n")
		if !asked || answer != "> \nNothing was done.\n> q\n" {
			t.Errorf("%s: it is not asked about, or done:\n%s", line, got)
		}
		if _, answer, _ = strings.Cut(talk(t, p.store, model.Admin, line, "y", "q"), "no is meant"); !strings.Contains(answer, did) {
			t.Errorf("%s: it is not done: %s", line, answer)
		}
	}
	for _, line := range []string{": customer erase --help", ": help customer erase", ": customer show cus_12", ": link show ana"} {
		if got := talk(t, p.store, model.Admin, line, "q"); strings.Contains(got, "no is meant") {
			t.Errorf("%s: it is asked about:\n%s", line, got)
		}
	}
}

// --follow is a flag only where it is no value.
func TestPlain_FollowAsAValue_IsNoFlag(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	const not = "A command that goes on is not for here."
	for line, refused := range map[string]bool{": order list --follow": true, ": order list --json --follow=true": true, ": order list --search --follow": false, ": order list --follow=false": false, `: link add "--follow" x@example.com`: false} {
		if got := talk(t, p.store, model.Owner, line, "q"); strings.Contains(got, not) != refused {
			t.Errorf("%s:\n%s", line, got)
		}
	}
}

func TestPlain_WelcomeMailAgain_AsksFirst(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	const asks, queued = "Send the welcome mail to ana@example.com again?", "The welcome mail to ana@example.com is queued."
	got := talk(t, p.store, model.Owner, "f", "ana@", "1", "s", "", "s", "y", "q")
	if n := strings.Count(got, asks); n != 2 {
		t.Errorf("asked %d times:\n%s", n, got)
	}
	_, answers, _ := strings.Cut(got, asks)
	no, yes, _ := strings.Cut(answers, asks)
	if !strings.Contains(no, "Nothing was done.") || strings.Contains(no, queued) || !strings.Contains(yes, queued) {
		t.Errorf("it is not done as it was answered:\n%s", got)
	}
}

// A start is heard as a clock time: what is left as it is stays that clock time in another
// timezone, and taken back it is the very second that it was.
func TestPlain_EventsTimezone_TheClockStaysAndComesBackToTheSecond(t *testing.T) {
	const was = `"starts_at":"2026-06-20T18:30:45Z"`
	p := newPlatform(t)
	p.seedDialogue()
	p.admin("event set summerfest --starts 2026-06-20T19:30:45+01:00")
	if is := p.admin("event show summerfest --json"); !strings.Contains(is, was) {
		t.Fatalf("it starts otherwise:\n%s", is)
	}
	change := []string{"e", "2", "c", "", "", "Europe/Berlin", ""}
	talk(t, p.store, model.Owner, append(change[:len(change):len(change)], "q")...)
	if is := p.admin("event show summerfest --json"); !strings.Contains(is, `"starts_at":"2026-06-20T17:30:00Z"`) {
		t.Errorf("19:30 is another clock time in Berlin:\n%s", is)
	}
	p.admin("event set summerfest --timezone Europe/London --starts 2026-06-20T19:30:45+01:00")
	talk(t, p.store, model.Owner, append(change, "z", "q")...)
	if is := p.admin("event show summerfest --json"); !strings.Contains(is, was) || !strings.Contains(is, `"Europe/London"`) {
		t.Errorf("taken back, it starts otherwise:\n%s", is)
	}
}
