package tui

import (
	"regexp"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestExport_Links_WhatIsSeen(t *testing.T) {
	c := acme(t, 160, 30)
	const ssh = "ssh -p 2222 tickets.example "
	c.press("x")
	c.sees(ssh+"stats --csv --sort tickets > links.csv", "Archived links are among them.")
	c.press("c", "x")
	if len(c.copied) != 1 || c.copied[0] != ssh+"stats --csv --sort tickets > links.csv" {
		t.Errorf("copied %q", c.copied)
	}
	c.press("v", "down", "enter", "D", "down", "down", "down", "enter", "S", "x")
	c.sees(ssh + "stats --csv --event summerfest --days 7d --sort -tickets > links.csv")
	c.press("esc", "/")
	c.write("bo")
	c.press("enter", "x")
	c.sees("--sort -tickets --link bo-dj > links.csv")
	c.press("esc", "esc", "t", "t", "x")
	c.sees("| grep -E '^(row|link|ticket_type),(link|", "Of the lines, grep keeps the titles and those of the 2 links that are marked.")
}

// The lines that grep keeps are the titles and those of the links that are named.
func TestExport_Marked_GrepKeepsTheirLines(t *testing.T) {
	c := acme(t, 160, 30)
	c.press("t", "t", "x", "c")
	_, pattern, _ := strings.Cut(c.copied[0], "grep -E '")
	pattern, _, _ = strings.Cut(pattern, "'")
	keeps := regexp.MustCompile(pattern)
	for line, want := range map[string]bool{
		"row,link,name,event,type,reason,clicks": true, "link,ana,Ana Lopez,,,,3": true, "ticket_type,bo-dj,VIP,summerfest,vip,,": true,
		"link,ana2,Ana,,,,3": false, "link,flyer-a5,Flyer,,,,0": false, "total,,,,,,": false, "unattributed,,,,,no_click,": false,
	} {
		if keeps.MatchString(line) != want {
			t.Errorf("of %q: %v", line, !want)
		}
	}
}

func TestExport_OtherPages_TheirCommands(t *testing.T) {
	for _, p := range []struct{ keys, command string }{
		{"2", "event list --csv --client acme > events.csv"},
		{"3", "order list --csv --limit 10000 --client acme > orders.csv"},
		{"3u", "order list --unattributed --csv --limit 10000 --client acme > orders.csv"},
		{"3/zoe\n", "order list --search zoe --csv --limit 10000 --client acme > orders.csv"},
		{"3sS", "order list --sort tickets --reverse --csv --limit 10000 --client acme > orders.csv"},
		{"1\nos", "order list --link ana --sort tickets --csv --limit 10000 --client acme > orders.csv"},
		{"2/late\n", "event list --csv --client acme | grep -E '^(slug|latenight),' > events.csv"},
		{"5/sam\n", "audit --csv --limit 10000 --search sam --client acme > audit.csv"},
		{"8/shop it\n", "inbox list --csv --limit 10000 --search '\"shop it\"' > inbox.csv"},
		{"5", "audit --csv --limit 10000 --client acme > audit.csv"},
		{"8", "inbox list --csv --limit 10000 > inbox.csv"},
	} {
		store := newFake()
		c := open(t, setup{client: "acme", role: model.Admin, store: store, w: 160, h: 30, profile: termenv.Ascii})
		for _, k := range p.keys {
			if k == '\n' {
				c.press("enter")
			} else {
				c.press(string(k))
			}
		}
		c.press("x")
		c.sees(p.command)
		calls(t, store)
	}
}

func TestInbox_Dismiss_AsksAndIsTakenUpAgain(t *testing.T) {
	store := newFake()
	c := admin(t, store)
	c.press("8", "d")
	c.sees("Put the webhook 12 away?", "y/N")
	c.press("n", "d", "y")
	c.sees("✓ Put the webhook 12 away · z tries it again (10 s)")
	store.fail = &model.Error{Kind: model.Invalid, Msg: "data.currency must be a currency"}
	c.press("z")
	c.sees("! Data.currency must be a currency") // it cannot be looked at either
	calls(t, store, "dismiss 12", "retry 12")
}
