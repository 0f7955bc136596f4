package command

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lastclick/model"
)

func TestScanImport_LatestHolds_TwiceChangesNothing(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	const file = "barcode;at;scanned\nT-1;2026-06-20T19:00:00Z;\nT-1;2026-06-20T20:00:00Z;false\nT-1;2026-06-20 22:00:00+01:00;true\nT-2;2026-06-20T19:00:00Z;yes\n"
	dry := p.counts(0, model.Admin, file, "scan import --dry-run")
	p.wantCounts("dry run", dry.Scans, importCounts{Applied: 4})
	if got := p.admin("stats --json"); !strings.Contains(got, `"scanned":0`) || strings.Contains(got, `"scanned":1`) {
		t.Errorf("a dry run scanned: %s", got)
	}
	got := p.imported(model.Admin, file, "scan import")
	golden(t, "scan-import", got.out)
	if stats := p.admin("stats --json"); got.code != 0 || !strings.Contains(stats, `"scanned":1`) {
		t.Errorf("exit %d %s\n%s", got.code, got.err, stats)
	}
	p.wantCounts("again", p.counts(0, model.Admin, file, "scan import").Scans, importCounts{Duplicate: 4})
	p.wantCounts("older", p.counts(0, model.Admin, "ticket,at\nT-1,2026-06-20T18:00:00Z\n", "scan import").Scans, importCounts{Stale: 1})
	faulty := p.imported(model.Admin, "ticket,at,scanned\n,2026-06-20T18:00:00Z,\nT-1,,\nT-1,tonight,perhaps\n\"T \x01\",2026-06-20T18:00:00Z,\n", "scan import")
	want := "nothing was imported: the file has 5 faults\nline 2, ticket is missing\nline 3, at is missing\nline 4, scanned must be true or false\nline 4, at must be a time of RFC 3339, such as 2026-06-01T10:00:00Z\nline 5, ticket holds control, invisible or surplus space characters\n"
	if faulty.code != 1 || faulty.out != "" || faulty.err != want {
		t.Errorf("exit %d\n%s%s", faulty.code, faulty.out, faulty.err)
	}
	p.sound()
}

func TestLinkImport_Twice_AddedOnce(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	const file = `Name,Email,Event,Code,Source,Archived
Ana Diaz,ana@example.com,summerfest,ana,,
Bo Lind,bo@example.com,,BO-LIND,email,
Cy Ek,cy@example.com,summerfest,,,
Cy Ek,cy@example.com,,,social,
Di Fu,di@example.com,,di-fu,,true
Bo Lind,bo@example.com,,bo-lind,email,
`
	dry := p.counts(0, model.Member, file, "link import --dry-run")
	p.wantCounts("dry run", dry.Links, importCounts{Applied: 4, Duplicate: 1})
	if len(dry.LinksAdded) > 0 || strings.Contains(p.admin("link list --all"), "bo-lind") {
		t.Error("a dry run added links")
	}
	r := p.counts(0, model.Member, file, "link import")
	p.wantCounts("first", r.Links, importCounts{Applied: 4, Duplicate: 1})
	if len(r.LinksAdded) != 4 || r.LinksAdded[0] != (linkAdded{3, "bo-lind", "https://go.example/bo-lind"}) || r.LinksAdded[3].Code != "di-fu" {
		t.Errorf("added %+v", r.LinksAdded)
	}
	var list struct{ Links []model.Link }
	if err := json.Unmarshal([]byte(p.admin("link list --all --json")), &list); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, l := range list.Links[2:] {
		shown = append(shown, fmt.Sprint(l.Name, " ", or(l.Event, "-"), " ", l.Source, " ", l.Archived, " ", l.Mail))
	}
	if got, want := strings.Join(shown, "; "), "Bo Lind - email false queued; Cy Ek summerfest subpromoter false queued; Cy Ek - social false queued; Di Fu - subpromoter true none"; got != want {
		t.Errorf("links %s\nwant  %s", got, want)
	}
	once := p.everything()
	again := p.imported(model.Member, file, "link import")
	golden(t, "link-import-again", again.out)
	if p.everything() != once {
		t.Error("the same file twice changes something")
	}
	p.counts(0, model.Member, "name,email\nEd Ox,ed@example.com\n", "link import --no-mail")
	if got := p.admin("link list --json"); strings.Count(got, `"mail":"none"`) != 2 { // house and this one
		t.Errorf("--no-mail: %s", got)
	}
	if got := p.imported(model.Viewer, file, "link import"); got.code != 1 || !strings.Contains(got.err, "your role viewer") {
		t.Errorf("a viewer: exit %d %s", got.code, got.err)
	}
	for _, line := range []string{"order import", "scan import"} {
		if got := p.imported(model.Owner, file, line); got.code != 1 || !strings.Contains(got.err, "only an admin") {
			t.Errorf("an owner's %s: exit %d %s", line, got.code, got.err)
		}
	}
}

func TestLinkImport_Faults_AllToldNothingAdded(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.admin(`'client add zenith --name Zenith --url https://tickets.example/zenith'`)
	p.admin(`'event add nightshift --client zenith --name Nightshift --url https://tickets.example/nightshift'`)
	p.admin(`link add Zoe zoe@example.com --client zenith --code zoe --no-mail`)
	const file = `name,email,event,code,source,archived
Bo Lind,bo@example.com,,,,
,nowhere,nightshift,x,tv,perhaps
Cy,cy@example.com,nothere,admin,,
Ana Diaz,ana@other.example,summerfest,ana,,
Zoe,zoe@example.com,,zoe,,
Bo Lind,BO@example.com,,,email,
Bo Lind,bo@example.com,,bo-lind,,
Di,di@example.com,,di-fu,,
Di Fu,di@example.com,,di-fu,,
`
	before := p.everythingOf("acme")
	got := p.imported(model.Member, file, "link import")
	golden(t, "link-import-faults", got.err)
	if got.code != 1 || got.out != "" || p.everythingOf("acme") != before {
		t.Errorf("exit %d\n%s", got.code, got.out)
	}
}
