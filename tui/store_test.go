package tui

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"lastclick/db"
	"lastclick/model"
)

// still is a store whose watch has ended, as tests run commands one after the other.
type still struct{ *db.Store }

func (still) Watch(context.Context, string) <-chan struct{} {
	closed := make(chan struct{})
	close(closed)
	return closed
}

// world is the console over a real store with one client.
func world(t *testing.T, role model.Role) *console {
	t.Helper()
	ctx := t.Context()
	store, err := db.Open(ctx, db.Options{Dir: t.TempDir(), BaseURL: "https://t.example", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	root := model.Actor{Name: "root", Role: model.Admin}
	must(store.AddClient(ctx, root, model.NewClient{Slug: "acme", Name: "Acme Events", URL: "https://acme.example"}))
	root.Client = "acme"
	must(store.AddEvent(ctx, root, model.NewEvent{Slug: "summerfest", Name: "Summer Fest", URL: "https://acme.example/s"}))
	must(store.AddLink(ctx, root, model.NewLink{Name: "Ana Lopez", Email: "ana@example.com", Code: "ana", Event: "summerfest", NoMail: true}))
	sam := model.Actor{Person: 1, Name: "Sam", Role: role, Client: "acme", Key: "SHA256:sam"}
	must(store.AddPerson(ctx, root, model.NewPerson{Name: "Sam", Role: model.Owner, Key: model.Key{Fingerprint: sam.Key, Public: "ssh-ed25519 AAAA"}}))
	people, err := store.People(ctx, root)
	must(people, err)
	sam.Person = people[0].ID
	c := open(t, setup{client: "acme", role: role, store: still{store}, w: 150, h: 40, profile: termenv.Ascii})
	c.Actor, c.Now = sam, time.Now
	return c
}

// Every page loads from the real store for everyone who has its tab.
func TestPages_RealStore_Load(t *testing.T) {
	for role, pages := range map[model.Role]int{model.Viewer: 3, model.Member: 3, model.Owner: 5, model.Admin: 8} {
		t.Run(string(role), func(t *testing.T) {
			c := world(t, role)
			for i := range pages {
				c.press(string(rune('1' + i)))
				c.misses("cannot be shown", "as of")
			}
			c.press("1", "enter")
			c.sees("https://t.example/ana", "No clicks and no orders in the last 24 hours.")
		})
	}
}

func TestTeam_RealStore_InviteAndRemove(t *testing.T) {
	c := world(t, model.Owner)
	c.press("4")
	c.sees("Sam (you)", "SHA256:sam")
	c.press("n")
	c.write("Kim")
	c.press("ctrl+s")
	c.sees("Invite code for Kim")
	code := strings.TrimSpace(strings.Split(c.screen(), "\n")[6])
	c.press("enter")
	c.sees("invited, ends")
	kim, err := c.Store.(still).Join(t.Context(), code, model.Key{Fingerprint: "SHA256:kim", Public: "ssh-ed25519 BBBB"})
	if err != nil || kim.Role != model.Member {
		t.Fatalf("joining gives %+v, %v", kim, err)
	}
	c.press("R")
	c.sees("SHA256:kim", "2 people, 2 keys")
	c.press("g")
	for range 10 {
		if !strings.Contains(c.line("▌"), "Sam (you)") {
			c.press("j")
		}
	}
	c.press("-", "y", "y")
	c.sees("! The team would be left without an owner")
}
