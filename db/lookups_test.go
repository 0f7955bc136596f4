package db

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// recordedTest is openTest with the statements that the store runs.
func recordedTest(t *testing.T) (s *Store, taken func() ([]string, int)) {
	t.Helper()
	s, taken, err := OpenRecorded(t.Context(), Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	_, err = s.AddClient(t.Context(), admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"})
	must(t, err)
	_, err = s.AddLink(t.Context(), admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana"})
	must(t, err)
	return s, taken
}

// A stranger can ask for any page: that must not make the committer write.
func TestSubPromoter_UnknownToken_NoFlush(t *testing.T) {
	s := openTest(t, Options{})
	links, err := s.Links(t.Context(), admin, false)
	must(t, err)
	release := s.hold(t)
	defer release()
	s.Click(model.Click{Link: 1, At: time.Now()})
	_, err = s.SubPromoter(t.Context(), strings.Repeat("A", tokenLength))
	wantKind(t, err, model.NotFound)
	if n := len(s.ops); n != 0 {
		t.Errorf("%d operations were queued for a page that is not there", n)
	}
	_, err = s.SubPromoter(t.Context(), links[0].StatsToken)
	must(t, err)
	if n := len(s.ops); n != 1 {
		t.Errorf("%d operations were queued for the page of a known token, want the flush of the clicks", n)
	}
}

// What looks for one person, key, client or invite reads about that one alone.
func TestLookups_OneAmongMany_FewRows(t *testing.T) {
	s, taken := recordedTest(t)
	ctx := t.Context()
	key := func(n string) model.Key { return model.Key{Fingerprint: "SHA256:" + n, Public: "ssh-ed25519 " + n} }
	const many, few = 30, 8
	for i := range many {
		_, err := s.AddPerson(ctx, admin, model.NewPerson{Name: fmt.Sprint("P", i), Role: model.Owner, Key: key(fmt.Sprint(i))})
		must(t, err)
		_, err = s.Invite(ctx, admin, model.NewPerson{Name: fmt.Sprint("I", i)})
		must(t, err)
		_, err = s.AddClient(ctx, admin, model.NewClient{Slug: fmt.Sprint("client-", i), Name: "C", URL: "https://c.example/"})
		must(t, err)
	}
	p0, err := s.Identify(ctx, "SHA256:0")
	must(t, err)
	root := model.Actor{Role: model.Admin}
	for _, look := range []struct {
		name string
		do   func() error
	}{
		{"a person", func() error { _, err := s.AddKey(ctx, p0, "p1", key("b")); return err }},
		{"oneself", func() error { _, err := s.AddKey(ctx, p0, "", key("a")); return err }},
		{"a key", func() error { return s.RemoveKey(ctx, p0, "SHA256:1") }},
		{"a client", func() error { _, err := s.Choose(ctx, root, "client-7"); return err }},
		{"the only client", func() error { _, err := s.Choose(ctx, root, ""); return err }},
		{"an invite", func() error { return s.RevokeInvite(ctx, p0, "i1") }},
		{"a person to remove", func() error { return s.RemovePerson(ctx, p0, "p2") }},
	} {
		taken()
		must(t, look.do())
		if _, rows := taken(); rows > few {
			t.Errorf("to find %s among %d, %d rows are read", look.name, many, rows)
		}
	}
	people, err := s.People(ctx, p0)
	must(t, err)
	got := map[string]int{}
	for _, p := range people {
		got[p.Name] = len(p.Keys)
	}
	if len(people) != many-1 || got["P0"] != 2 || got["P1"] != 1 || got["P3"] != 1 {
		t.Errorf("keys by person %v", got)
	}
}
