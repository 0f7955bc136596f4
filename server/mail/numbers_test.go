package mail

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

func numbers(n int64) model.Numbers {
	return model.Numbers{Customers: n, NewCustomers: n / 2, Orders: n, Tickets: 2 * n, Unscanned: 2 * n, FaceValue: model.Money{"GBP": 9000 * n}}
}

func linkRow(code, name string, n int64) model.LinkStats {
	return model.LinkStats{Link: model.Link{Code: code, Name: name, Clicks: 10 * n}, Numbers: numbers(n)}
}

// reportMail is the weekly report of the client to a person without a login.
func reportMail(id int64, name string) model.Mail {
	now := model.Stats{Total: numbers(7), Links: []model.LinkStats{linkRow("ana", "Ana Díaz", 2), linkRow("house", "House list", 5), linkRow("idle", "Idle", 0)}}
	before := model.Stats{Total: numbers(9), Links: []model.LinkStats{linkRow("ana", "Ana Díaz", 9)}}
	return model.Mail{
		ID: id, Kind: model.NumbersMail, To: "boss@example.com", Name: name, Client: acme, CreatedAt: written,
		Report: &model.ReportMail{Every: model.EveryWeek, From: "2026-05-25", To: "2026-05-31", Unsubscribe: "dG9rZW4", Stats: &now, Before: &before},
	}
}

// digestMail is what a link's owner gets.
func digestMail(id int64, every model.ReportEvery) model.Mail {
	m := welcomeMail(id, "Ana Díaz", "Summer Fest")
	stats := model.Stats{Links: []model.LinkStats{linkRow(m.Link.Code, m.Link.Name, 3)}}
	m.Report = &model.ReportMail{Every: every, EventName: "Summer Fest", Link: m.Link, Unsubscribe: "dG9rZW4", Stats: &stats}
	if every != model.FirstSale {
		m.Report.From, m.Report.To, m.Report.Before = "2026-05-25", "2026-05-31", &model.Stats{Links: []model.LinkStats{linkRow(m.Link.Code, m.Link.Name, 3)}}
	}
	m.Kind, m.Link = model.NumbersMail, nil
	return m
}

func TestCompose_Numbers_EndWithOneClick(t *testing.T) {
	for _, m := range []model.Mail{reportMail(5, ""), digestMail(6, model.EveryWeek), digestMail(7, model.FirstSale)} {
		p := parse(t, composed(t, m))
		if got, post := p.Header.Get("List-Unsubscribe"), p.Header.Get("List-Unsubscribe-Post"); got != "<https://go.example.com/unsubscribe/dG9rZW4>" || post != "List-Unsubscribe=One-Click" {
			t.Errorf("List-Unsubscribe: %s, List-Unsubscribe-Post: %s", got, post)
		}
		if p.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Error("a vacation responder would answer")
		}
		if digest := m.Report.Link != nil; strings.Contains(p.plain, "/stats/") != digest {
			t.Errorf("a stats page in\n%s", p.plain)
		}
	}
	for _, m := range []model.Mail{welcomeMail(1, "Ana", ""), inviteMail(2, "Ben")} {
		if got := parse(t, composed(t, m)).Header["List-Unsubscribe"]; got != nil {
			t.Errorf("a %s can be ended: %q", m.Kind, got)
		}
	}
}

// A report carries what stats --csv prints, as a part that mail programs save under its name;
// what a link's owner gets carries nothing.
func TestCompose_Report_AttachesStatsAsCSV(t *testing.T) {
	m := reportMail(5, "")
	m.Report.Stats.Links[0].Link.Name = "=HYPERLINK(\"http://x\")"
	p := parse(t, composed(t, m))
	if want := spreadsheet.Bytes(spreadsheet.Stats(*m.Report.Stats)); !bytes.Equal(p.file, want) || !strings.Contains(string(want), "\nlink,ana,\"'=HYPERLINK(") {
		t.Errorf("attached:\n%s\nwant:\n%s", p.file, want)
	}
	if kinds := strings.Join(p.kinds, " "); kinds != "multipart/mixed multipart/alternative text/plain text/html text/csv" {
		t.Errorf("parts: %s", kinds)
	}
	if p.fileName != "tracking-links-acme-2026-05-25-2026-05-31.csv" || !strings.Contains(p.plain, p.fileName) || !strings.HasPrefix(p.fileKind, "text/csv; charset=utf-8; header=present;") {
		t.Errorf("%s, %s in\n%s", p.fileName, p.fileKind, p.plain)
	}
	m.Event = &model.Event{Slug: "summerfest", Name: "Summer Fest"}
	if name := parse(t, composed(t, m)).fileName; name != "tracking-links-summerfest-2026-05-25-2026-05-31.csv" {
		t.Errorf("of one event: %s", name)
	}
	if p := parse(t, composed(t, digestMail(6, model.EveryWeek))); p.file != nil || strings.Contains(p.plain, "attached") {
		t.Errorf("a digest carries %q:\n%s", p.fileName, p.plain)
	}
}

func TestCompose_ReportTooLong_SaysSo(t *testing.T) {
	m := reportMail(5, "")
	for i := range 30_000 {
		m.Report.Stats.Links = append(m.Report.Stats.Links, linkRow(fmt.Sprint("link-", i), strings.Repeat("x", 80), 1))
	}
	if p := parse(t, composed(t, m)); p.file != nil || !strings.Contains(p.plain, "too long for a mail: Acme Live has them.") {
		t.Errorf("%d bytes are attached to\n%s", len(p.file), p.plain)
	}
}

func TestCompose_NumbersOfHostileNames_StayNames(t *testing.T) {
	for _, name := range hostile {
		m, d := reportMail(5, name), digestMail(6, model.EveryWeek)
		m.Client.Name, m.Report.EventName, m.Report.Stats.Links[0].Link.Name, d.Report.EventName = name, name, name, name
		for _, m := range []model.Mail{m, d} {
			raw := composed(t, m)
			p := parse(t, raw)
			checkBody(t, name, p)
			for key, values := range p.Header {
				if len(values) != 1 || key == "Bcc" {
					t.Errorf("%q: %s: %q", name, key, values)
				}
			}
		}
	}
}

func TestDays_Spans_AreShort(t *testing.T) {
	for want, days2 := range map[string][2]string{
		"31 May 2026": {"2026-05-31", "2026-05-31"}, "25 to 31 May 2026": {"2026-05-25", "2026-05-31"}, "29 June to 5 July 2026": {"2026-06-29", "2026-07-05"},
		"28 December 2026 to 3 January 2027": {"2026-12-28", "2027-01-03"}, "since it was made": {"", ""},
	} {
		if got := days(days2[0], days2[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
