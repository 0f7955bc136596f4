package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

func TestTracking_R26_SetShownAndWarned(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	const nowhere = "Warning: No click on these pages of acme can be credited, for its tracking is url and they have no carrier: its profile page, summerfest. "
	for _, c := range []struct{ line, want, warning string }{
		{"client show acme --json", `"tracking":"cookie"`, ""},
		{"client set acme --tracking consent --json", `"tracking":"consent"`, ""},
		{"client show acme", "Tracking consent: only a click on an address with ?consent=1", ""},
		{"client list --csv", ",consent,", ""},
		{"client set acme --tracking url --json", `"tracking":"url"`, nowhere},
		{"client set acme --window 7d", "Tracking url: no cookie is set", nowhere},
		{"event set summerfest --name Fest", "Fest", "Warning: No click on the page of summerfest can be credited"},
		{"event add gala --name Gala --url https://tickets.example/gala --json", `"slug":"gala"`, "Warning: No click on the page of gala can be credited"},
		{"event set gala --carry tito", "source={click}", ""},
		{"event set summerfest --carry tito", "source={click}", ""},
		{"client set acme --window 8d --json", `"window":"8d"`, "Warning: No click on these pages of acme can be credited, for its tracking is url and they have no carrier: its profile page. "},
		{"client set acme --carry woocommerce", "utm_content={click}", ""},
		{"event set gala --carry= --json", `"carry":null`, ""},
		{"client set acme --tracking cookie --carry= --json", `"tracking":"cookie"`, ""},
		{"event set gala --name Ball", "Ball", ""},
		{"client add north --name N --url https://n.example --tracking url --json", `"tracking":"url"`, "Warning: No click on these pages of north"},
		{"client add south --name S --url https://s.example --tracking url --carry tito --json", `"tracking":"url"`, ""},
	} {
		got := p.as(model.Admin, append(words(c.line), clientOf(c.line)...)...)
		if got.code != 0 || !strings.Contains(got.out, c.want) || !strings.HasPrefix(got.err, c.warning) || (got.err == "") != (c.warning == "") {
			t.Errorf("%s: exit %d\n%s%s", c.line, got.code, got.out, got.err)
		}
	}
	for _, bad := range []string{"client set acme --tracking none", "client set acme --tracking=", "client add east --name E --url https://e.example --tracking Cookie"} {
		if got := p.as(model.Admin, words(bad)...); got.code != 1 || !strings.HasPrefix(got.err, "--tracking ") || !strings.Contains(got.err, "must be cookie, url or consent") {
			t.Errorf("%s: exit %d\n%s", bad, got.code, got.err)
		}
	}
	if got := p.as(model.Owner, "client", "set", "acme", "--tracking", "url"); got.code == 0 {
		t.Error("an owner sets the tracking")
	}
}

// clientOf names the client to a command about events, for two are there in the end.
func clientOf(line string) []string {
	if strings.HasPrefix(line, "event ") {
		return []string{"--client", "acme"}
	}
	return nil
}

func TestOrderExplain_R26_ConsentIsSaid(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	order := `{"type":"order.placed","data":{"id":"A-2","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tracking":{"consent":false},"tickets":[{"id":"T-2","event":"summerfest","type":"ga","face_value":4500}]}}`
	p.deliver("w-2", order)
	for line, want := range map[string]string{
		"order explain A-2":        "Consent   refused",
		"order explain A-2 --json": `"consent":false`,
		"stats --json":             `"reason":"no_consent"`,
		"order list":               "no_consent",
	} {
		if got := p.admin(line); !strings.Contains(got, want) {
			t.Errorf("%s: %q is not in\n%s", line, want, got)
		}
	}
	if got := p.admin("order explain A-2"); !strings.Contains(got, "Credited to no link: the customer did not consent to tracking") {
		t.Error(got)
	}
	if got := p.admin("order explain A-1001"); strings.Contains(got, "Consent") {
		t.Error(got)
	}
	if got := p.admin("export tickets"); !strings.Contains(got, ",no_consent,GBP,45.00,,,false") {
		t.Error(got)
	}
}
