package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/server/command"
)

// What the demo's client has on sale.
var (
	demoClient = model.NewClient{Slug: "northside", Name: "Northside Live", Timezone: "Europe/London"}

	demoEvents = []demoEvent{
		{"summerfest", "Summer Fest", "2027-06-19T14:00", []demoType{{"ga", "General Admission", 4500, 6}, {"vip", "VIP", 12000, 1}, {"early", "Early Bird", 3500, 3}}},
		{"jazz-night", "Jazz Night", "2027-03-06T20:00", []demoType{{"ga", "General Admission", 2200, 5}, {"table", "Table Seat", 3800, 2}}},
		{"comedy-cellar", "Comedy Cellar", "2027-01-15T19:30", []demoType{{"ga", "General Admission", 1500, 6}, {"guest", "Guest List", 0, 1}}},
	}

	// popular is how many of a hundred visits go to the link.
	demoLinks = []demoLink{
		{model.NewLink{Name: "Ana Diaz", Email: "ana@example.com", Event: "summerfest", Code: "ana"}, 18},
		{model.NewLink{Name: "Ben Okafor", Email: "ben@example.com", Event: "summerfest", Code: "ben"}, 12},
		{model.NewLink{Name: "June Newsletter", Email: "news@example.com", Code: "news-june", Source: "email"}, 16},
		{model.NewLink{Name: "Buy Tickets Button", Email: "web@example.com", Code: "site-button", Source: "referral"}, 14},
		{model.NewLink{Name: "Google Ads, Summer", Email: "ads@example.com", Event: "summerfest", Code: "ads-summer", Source: "cpc"}, 11},
		{model.NewLink{Name: "Camden Posters", Email: "print@example.com", Code: "poster", Source: "display"}, 6},
		{model.NewLink{Name: "Zoë Lindqvist", Email: "zoe@example.com", Event: "jazz-night", Code: "zoe"}, 9},
		{model.NewLink{Name: "The Blue Room", Email: "door@example.com", Event: "jazz-night", Code: "blueroom", Source: "referral"}, 5},
		{model.NewLink{Name: "李小龍 Fan Club", Email: "fans@example.com", Event: "comedy-cellar", Code: "fans", Source: "social"}, 5},
		{model.NewLink{Name: "Instagram Bio", Email: "social@example.com", Code: "ig-bio", Source: "social"}, 4},
	}
)

type demoEvent struct {
	slug, name, starts string
	types              []demoType
}

type demoType struct {
	id, name  string
	faceValue int64 // pence
	weight    int   // how often it is chosen
}

type demoLink struct {
	model.NewLink
	popular int
}

// seedDemo adds the client, its events and links, and the checkout, as an admin would
// with the commands.
func (d *runningDemo) seedDemo(ctx context.Context, public string) error {
	key, err := command.ParseKey(public)
	if err != nil {
		return err
	}
	store := d.daemon.store
	if d.admin, err = store.Identify(ctx, key.Fingerprint); err != nil {
		return err
	}
	client := demoClient
	client.URL = d.site.url + "/northside"
	if _, err = store.AddClient(ctx, d.admin, client); err != nil {
		return err
	}
	if d.admin, err = store.Choose(ctx, d.admin, client.Slug); err != nil {
		return err
	}
	for _, e := range demoEvents {
		if _, err = store.AddEvent(ctx, d.admin, model.NewEvent{Slug: e.slug, Name: e.name, URL: d.site.url + "/" + e.slug, StartsAt: e.starts}); err != nil {
			return err
		}
	}
	for _, l := range demoLinks {
		l.NoMail = true // example.com has no mailbox
		link, err := store.AddLink(ctx, d.admin, l.NewLink)
		if err != nil {
			return err
		}
		d.links = append(d.links, link)
	}
	d.secret, err = store.AddCheckout(ctx, d.admin, model.NewCheckout{Name: "boxoffice"})
	return err
}

// writeKey makes an SSH key pair: the private key in the file at path, for ssh -i,
// and the public key as a line.
func writeKey(path string) (string, error) {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(priv, "lastclick demo")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		return "", err
	}
	p, err := ssh.NewPublicKey(pub)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p))) + " " + demoUser(), nil
}
