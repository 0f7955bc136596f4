package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

func TestLinkCode_R24_AddListShowRemove(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	if got := p.admin("link list"); strings.Contains(got, "Further codes") {
		t.Errorf("a column of codes that no link has:\n%s", got)
	}
	if got := p.admin("link code add ana ANA10"); !strings.HasPrefix(got, "The tracking link ana has the further code ana10.") {
		t.Errorf("%s", got)
	}
	p.admin("link code add ANA. ana20")
	for line, want := range map[string]string{
		"link list": "Further codes", "link list --csv": ",ana10 ana20,", "link show ana": "Further codes       ana10 ana20", "link show ana --json": `"aliases":["ana10","ana20"]`,
		"export links": "ana10 ana20",
	} {
		if got := p.admin(line); !strings.Contains(got, want) {
			t.Errorf("%s: %q is not in\n%s", line, want, got)
		}
	}
	p.admin("link code remove ana Ana20")
	if got := p.admin("link show ana --json"); !strings.Contains(got, `"aliases":["ana10"]`) {
		t.Errorf("%s", got)
	}
	for _, c := range []struct{ line, want string }{
		{"link code add ana ana20 --json", ""},
		{"link code add ana a!", `alias "a!" must be 3 to 40 characters of a-z, 0-9 and -`},
		{"link code add ana ana10", `the alias "ana10" is taken: `},
		{"link code add ana stats", `alias "stats" is a reserved word`},
		{"link code remove ana other", `the link ana has no further code "other": link show ana has them all`},
		{"link add Cy cy@example.com --code ana10", `the code "ana10" is taken: `},
	} {
		got := p.as(model.Member, words(c.line)...)
		if !strings.HasPrefix(got.err, c.want) || (got.code == 0) != (c.want == "") {
			t.Errorf("%s: exit %d\n%s", c.line, got.code, got.err)
		}
	}
	if got := p.as(model.Viewer, "link", "code", "add", "ana", "ana30"); got.code != 1 {
		t.Errorf("a viewer adds codes: exit %d", got.code)
	}
}

func TestCarry_R23_SetShownAndTakenAway(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	const plain, carried = "that one tracks nobody.", "that one counts for the purchase of the person who clicked, and for nobody else's."
	warned := func(want string) {
		t.Helper()
		if got := strings.Join(strings.Fields(p.admin("link show ana")), " "); !strings.Contains(got, want) {
			t.Errorf("the warning is not %q:\n%s", want, got)
		}
	}
	warned(plain)
	for _, c := range []struct{ line, want string }{
		{"client show acme --json", `"carry":null`},
		{"client show acme", "none: nothing is added"},
		{"client set acme --carry woocommerce --json", `"carry":"utm_content={click}"`},
		{"client show acme", "utm_content={click}"},
		{"event show summerfest --json", `"carry":null`},
		{"event show summerfest", "the client's"},
		{"event set summerfest --carry ref={click} --json", `"carry":"ref={click}"`},
		{"event show summerfest", "ref={click}"},
		{"client list --csv", "utm_content={click}"},
		{"event list --csv", "ref={click}"},
	} {
		if got := p.admin(c.line); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q is not in\n%s", c.line, c.want, got)
		}
	}
	warned(carried)
	for _, line := range []string{"client set acme --carry sp={click}", "event set summerfest --carry shopify", "client add north --name N --url https://n.example --carry x"} {
		if got := p.as(model.Admin, words(line)...); got.code != 1 || !strings.HasPrefix(got.err, "--carry ") {
			t.Errorf("%s: exit %d\n%s", line, got.code, got.err)
		}
	}
	if got := p.as(model.Admin, "event", "set", "summerfest", "--carry", "", "--json"); !strings.Contains(got.out, `"carry":null`) {
		t.Errorf("%s", got.out)
	}
	if got := p.as(model.Admin, "client", "set", "acme", "--carry", "", "--json"); !strings.Contains(got.out, `"carry":null`) {
		t.Errorf("%s", got.out)
	}
	warned(plain)
}

func TestLinkPage_R23_SharedAddress_IsSaid(t *testing.T) {
	d := model.LinkDetail{Link: fakeStore{}.link(), SharedAddress: 1204}
	var p page
	(&session{}).linkPage(&p, d, noon.Location())
	if got := string(p.bytes()); !strings.Contains(got, "The landing address is being shared: 1,204 orders.") {
		t.Errorf("%s", got)
	}
}
