package mail

import (
	"strings"
	"testing"

	"lastclick/model"
)

func TestParseSMTP_Addresses_AreParsed(t *testing.T) {
	for raw, want := range map[string]server{
		"smtp://mail.example":                {host: "mail.example", port: 587},
		"smtp://mail.example:25/":            {host: "mail.example", port: 25},
		"smtps://mail.example":               {host: "mail.example", port: 465, implicit: true},
		"smtps://a%40b:p%2Fw@Mail.Example:9": {host: "mail.example", port: 9, implicit: true, user: "a@b", pass: "p/w"},
		"smtp://[::1]:2525":                  {host: "::1", port: 2525},
	} {
		if got, err := parseSMTP(raw); err != nil || got != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
}

func TestParseSMTP_BadAddress_ErrorHidesThePassword(t *testing.T) {
	for _, raw := range []string{
		"mail.example", "http://u:hunter2@mail.example", "smtp://", "smtp://u:hunter2@", "smtp://u:hunter2@mail.example:0",
		"smtp://u:hunter2@mail.example:99999", "smtp://u:hunter2@mail.example:x", "smtp://u@mail.example", "smtp://:hunter2@mail.example",
		"smtp://u:hun/ter2@mail.example", "smtp://u:hunter2#x@mail.example", "smtp://u:%zzhunter2@mail.example", "smtp://u:hunter2@mail.example?x=1", "smtp://u:hunter2@mail.example/x",
	} {
		c := testConfig(t, newShelf())
		c.SMTP = raw
		_, err := New(c)
		if model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), "smtp://user:pass@host:587") {
			t.Errorf("%s: %v", raw, err)
		} else if strings.Contains(err.Error(), "ter2") {
			t.Errorf("%s: the error shows the password: %v", raw, err)
		}
	}
}

func TestSender_BaseURL_GivesAddressAndName(t *testing.T) {
	for _, c := range []struct{ from, base, want, helo string }{
		{"", "https://go.example.com", "lastclick@go.example.com", "go.example.com"},
		{"", "http://localhost:8080", "lastclick@localhost", "localhost"},
		{"", "http://192.0.2.7:8080", "lastclick@localhost", "[192.0.2.7]"},
		{"", "http://[2001:db8::1]:8080", "lastclick@localhost", "[IPv6:2001:db8::1]"},
		{"tickets@example.com", "https://go.example.com", "tickets@example.com", "go.example.com"},
	} {
		address, helo, err := sender(c.from, c.base)
		if err != nil || address != c.want || helo != c.helo {
			t.Errorf("%+v: %s, %s, %v", c, address, helo, err)
		}
	}
	for _, from := range []string{"tickets", "a@b\r\nBcc: c@d", "Tickets <tickets@example.com>"} {
		if _, _, err := sender(from, base); model.KindOf(err) != model.Invalid {
			t.Errorf("%q: %v", from, err)
		}
	}
}
