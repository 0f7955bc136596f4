package command

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// documents are the JSON documents whose names the CSV of a command has, where they are not
// those of the same command.
var documents = map[string][]string{
	"export links":   {"link list --all --json", "stats --json"},
	"export orders":  {"order list --json", "stats --json", "link show ana --json"},
	"export tickets": {"order explain A-1001 --json", "order list --json"},
}

// beyondJSON are the names of CSV that no JSON has: what amounts need, what a line of stats
// is, and what the webhooks of a checkout call the things that a ticket's line has of its
// own (help webhook, and order import reads them).
var beyondJSON = []string{"currency", "row", "ticket", "order", "scanned_at", "type_name", "paid", "channel", "consent", "refunded"}

// Each list that can be had as CSV has the names of its JSON, and all of its plain values.
func TestCSV_EachList_NamesOfTheJSON(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.seedForLists()
	var all strings.Builder
	for _, line := range csvLines() {
		header := strings.Split(strings.SplitN(p.admin(line+" --csv"), "\n", 2)[0], ",")
		fmt.Fprintf(&all, "%s\n  %s\n", line, strings.Join(header, ","))
		names, values := map[string]bool{}, map[string]bool{}
		docs := documents[line]
		if docs == nil {
			docs = []string{line + " --json"}
		}
		for _, doc := range docs {
			var v any
			if err := json.Unmarshal([]byte(p.admin(doc)), &v); err != nil {
				t.Fatal(err)
			}
			collect(v, names, values)
		}
		for _, name := range header {
			if !names[name] && !slices.Contains(beyondJSON, name) {
				t.Errorf("%s: no JSON has the name %s", line, name)
			}
		}
		if documents[line] != nil || line == "stats" || strings.HasPrefix(line, "statement") { // amounts by currency
			continue
		}
		for name := range values {
			if !slices.Contains(header, name) {
				t.Errorf("%s: its JSON has %s, its CSV has not", line, name)
			}
		}
	}
	golden(t, "csv-headers", all.String())
}

// csvLines are the commands that print CSV.
func csvLines() (lines []string) {
	s := newSession(Env{Actor: model.Actor{Role: model.Admin}})
	s.root()
	for _, leaf := range s.leaves {
		path := strings.TrimPrefix(leaf.CommandPath(), "lastclick ")
		switch {
		case leaf.Flags().Lookup("csv") == nil:
		case path == "export":
			for _, what := range tables {
				lines = append(lines, path+" "+what)
			}
		case path == "statement":
			lines = append(lines, path+" ana --from 2026-05-01 --to 2026-06-30")
		default:
			lines = append(lines, path)
		}
	}
	return lines
}

// seedForLists has something in every list.
func (p *platform) seedForLists() {
	p.t.Helper()
	p.deliver("bad-1", `{"type":"order.placed","data":{}}`)
	p.deliver("w-0", `{"type":"order.placed","data":{"id":"A-0","version":1,"placed_at":"2026-06-01T07:00:00Z","currency":"GBP",
		"tickets":[{"id":"T-0","event":"summerfest","type":"ga","face_value":4500}]}}`)
	p.admin(`report add boss@example.com --weekly --client acme`)
	p.admin(`hook add https://receiver.example/sales --client acme`)
	p.admin(`promoter add Bo --role owner --client acme --key "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"`)
	p.admin(`promoter invite Di di@example.com`)
}

// collect notes the names in a document, and those of the plain values of its things.
func collect(v any, names, values map[string]bool) {
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x, depth)
			}
		case map[string]any:
			for name, x := range v {
				names[name] = true
				switch x.(type) {
				case []any, map[string]any:
					walk(x, depth+1)
				default:
					if depth == 1 {
						values[name] = true
					}
				}
			}
		}
	}
	walk(v, 0)
}

// What stands in the cells: RFC 3339 in UTC, true and false, amounts with their currency.
func TestCSV_EachList_CellsOfTheDialect(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.seedForLists()
	p.deliver("w-eur", `{"type":"order.placed","data":{"id":"A-2","version":1,"placed_at":"2026-06-01T09:00:00.25+01:00","currency":"EUR",
		"tracking":{"code":"ana"},"tickets":[{"id":"T-2","event":"summerfest","type":"ga","face_value":1050}]}}`)
	flags := []string{"test", "archived", "scanned", "customer_new", "consent"}
	for _, line := range csvLines() {
		rows, err := csv.NewReader(strings.NewReader(p.admin(line + " --csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cells := range rows[1:] {
			row := map[string]string{}
			for i, name := range rows[0] {
				row[name] = cells[i]
			}
			for name, cell := range row {
				_, counts := row["tickets"]
				switch {
				case cell == "":
				case strings.HasSuffix(name, "_at") || name == "at" || name == "last_seen":
					if at, err := time.Parse(time.RFC3339, cell); err != nil || !strings.HasSuffix(cell, "Z") {
						t.Errorf("%s: %s is %q: %v %v", line, name, cell, at, err)
					}
				case slices.Contains(flags, name) && !(name == "scanned" && counts):
					if cell != "true" && cell != "false" {
						t.Errorf("%s: %s is %q", line, name, cell)
					}
				}
			}
			if _, has := row["face_value"]; has && (row["face_value"] == "") != (row["currency"] == "") {
				t.Errorf("%s: an amount without a currency, or the other way round: %q", line, cells)
			}
		}
	}
	for line, want := range map[string][]string{
		"order list": {"A-2,shop,2026-06-01T08:00:00.25Z,1,false,,1,ana,code,EUR,10.50"},
		"stats": {
			"link,ana,Ana Diaz,summerfest,,,0,1,1,2,2,0,2,EUR,10.50\nlink,ana,Ana Diaz,summerfest,,,,,,,,,,GBP,45.00\n",
			"total,,,,,,,1,1,2,2,0,2,EUR,10.50\ntotal,,,,,,,,,,,,,GBP,45.00\n",
		},
		"export orders":  {"A-2,shop,2026-06-01T08:00:00.25Z,1,false,,1,0,1,0,ana,code,EUR,10.50,,,"},
		"export tickets": {"T-1,A-1001,shop,2026-06-01T10:00:00Z,false,summerfest,ga,General Admission,valid,false,,ana,code,GBP,45.00,,,"},
	} {
		got := p.admin(line + " --csv")
		for _, rows := range want {
			if !strings.Contains(got, rows) {
				t.Errorf("%s:\n%s\nhas no\n%s", line, got, rows)
			}
		}
	}
}

// exportsOfThen are files as earlier versions exported them, and now as this one does: both are
// read, and come to the same.
var exportsOfThen = map[string]struct{ then, now, line string }{
	"orders": {
		`ticket,order,checkout,placed_at (Europe/London),test,event,type,type_name,status,scanned,link,reason,currency,face_value,paid,channel,consent
X-1-1,X-1,shop,2026-05-01 11:00:00+01:00,no,summerfest,ga,General Admission,valid,yes,ana,last_click,GBP,45.00,40.00,box_office,yes
X-2-1,X-2,shop,2026-05-01 12:00:00+01:00,yes,summerfest,ga,General Admission,valid,no,,test,EUR,10.50,,,no
`,
		`ticket,order,checkout,placed_at,test,event,type,type_name,status,scanned,scanned_at,link,reason,currency,face_value,paid,channel,consent
X-1-1,X-1,shop,2026-05-01T10:00:00Z,false,summerfest,ga,General Admission,valid,true,2026-05-01T10:00:00Z,ana,last_click,GBP,45.00,40.00,box_office,true
X-2-1,X-2,shop,2026-05-01T11:00:00Z,true,summerfest,ga,General Admission,valid,false,,,test,EUR,10.50,,,false
`, "order import",
	},
	"links": {
		`code,name,email,level,event,source,short_url,full_url,archived,created_at (Europe/London),aliases,clicks,currency,face_value
cyd,Cy Dorn,cy@example.com,event,summerfest,social,https://go.example/cyd,https://go.example/e/summerfest,yes,2026-05-01 11:00:00+01:00,,7,GBP,45.00
cyd,Cy Dorn,cy@example.com,event,summerfest,social,https://go.example/cyd,https://go.example/e/summerfest,yes,2026-05-01 11:00:00+01:00,,,EUR,1.00
`,
		`code,name,email,level,event,source,short_url,full_url,archived,created_at,aliases,clicks,currency,face_value
cyd,Cy Dorn,cy@example.com,event,summerfest,social,https://go.example/cyd,https://go.example/e/summerfest,true,2026-05-01T10:00:00Z,,7,GBP,45.00
cyd,Cy Dorn,cy@example.com,event,summerfest,social,https://go.example/cyd,https://go.example/e/summerfest,true,2026-05-01T10:00:00Z,,,EUR,1.00
`, "link import --no-mail",
	},
	"scans": {
		"ticket,scanned,scanned_at (Europe/London)\nT-1,yes,2026-06-01 10:30:00+01:00\n",
		"ticket,order,checkout,scanned,scanned_at\nT-1,A-1001,shop,true,2026-06-01T09:30:00Z\nT-9,A-1001,shop,false,\n", "scan import",
	},
}

func TestImport_FilesOfEarlierVersions_AsThoseOfToday(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(exportsOfThen)) {
		file := exportsOfThen[name]
		state := func(text string) string {
			p := newPlatform(t)
			p.seed()
			if r := p.counts(0, model.Admin, text, file.line); r.ProblemsTotal > 0 {
				t.Errorf("%s: %+v", name, r)
			}
			all := p.admin("export tickets") + p.admin("export links") + p.admin("stats --csv")
			if !strings.Contains(all, map[string]string{"orders": "X-2-1", "links": "cyd", "scans": "2026-06-01T09:30:00Z"}[name]) {
				t.Errorf("%s were not imported:\n%s", name, all)
			}
			return all
		}
		if then, now := state(file.then), state(file.now); then != now {
			t.Errorf("%s:\n%s\nis not\n%s", name, then, now)
		}
	}
	p := newPlatform(t)
	p.seed()
	for _, header := range []string{"order,checkout,placed_at (Europe/London),version,test,new_customer", "id,checkout,placed_at,version,test,customer_new"} {
		if got := p.imported(model.Admin, header+"\nA-1,shop,2026-05-01T10:00:00Z,1,false,true\n", "order import"); got.code != 1 || !strings.HasPrefix(got.err, "this is a file of orders") {
			t.Errorf("%s: exit %d %s", header, got.code, got.err)
		}
	}
}
