package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lastclick/model/testenv"
)

// importCounts are what an import says of the orders of its file.
type importCounts struct{ Applied, Duplicate, Stale, Parked, Refused int }

func (p *platform) imports(in, line string) importCounts {
	p.t.Helper()
	out, errOut, status := p.pipe(in, line+" --json")
	var report struct {
		Orders importCounts
		Links  importCounts
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 0 {
		p.t.Fatalf("%s: status %d, %v\n%s%s", line, status, err, out, errOut)
	}
	if report.Links != (importCounts{}) {
		return report.Links
	}
	return report.Orders
}

// ticketFile is a file of so many orders with a ticket each.
func ticketFile(orders int) string {
	var b strings.Builder
	b.WriteString("order,ticket,placed_at,event,type,currency,face_value,code\n")
	for n := range orders {
		fmt.Fprintf(&b, "I-%d,I-%d-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,ana\n", n, n)
	}
	return b.String()
}

// sold is how many tickets links have sold.
func (p *platform) sold() int {
	p.t.Helper()
	var stats struct{ Total struct{ Tickets int } }
	p.json(&stats, "stats")
	return stats.Total.Tickets
}

func TestImport_OverSSH_FaultsDryRunOnceAndAgain(t *testing.T) {
	p := serve(t)
	p.seed()
	file := ticketFile(300)
	out, errOut, status := p.pipe(file+"I-1,I-300-1,soon,summerfest,ga,GBP,45.00,ana\n", "order import")
	if status != 1 || out != "" || !strings.Contains(errOut, "nothing was imported") || !strings.Contains(errOut, "line 302, placed_at") || p.sold() != 0 {
		t.Errorf("status %d, %d sold\n%s%s", status, p.sold(), out, errOut)
	}
	if got := p.imports(file, "order import --dry-run"); got.Applied != 300 || p.sold() != 0 {
		t.Errorf("dry run: %+v, %d sold", got, p.sold())
	}
	if got := p.imports(file, "order import --checkout boxoffice"); got.Applied != 300 || p.sold() != 300 {
		t.Errorf("%+v, %d sold", got, p.sold())
	}
	if got := p.imports(file, "order import"); got.Duplicate != 300 || p.sold() != 300 {
		t.Errorf("again: %+v, %d sold", got, p.sold())
	}
	out, errOut, status = p.pipe("ticket,at\nI-0-1,2026-06-20T19:00:00Z\n", "scan import")
	if status != 0 || !strings.Contains(out, "Applied       1") {
		t.Errorf("scan import: status %d\n%s%s", status, out, errOut)
	}
	if got := p.imports("name;email\nBo Lind;bo@example.com\n", "link import --no-mail"); got.Applied != 1 {
		t.Errorf("link import: %+v", got)
	}
	// What was exported is known where it came from. An export says nothing of buyers, so
	// these orders have none.
	if got := p.imports(p.run("export", "tickets"), "order import"); got.Duplicate+got.Stale != 300 || got.Refused > 0 {
		t.Errorf("its own export: %+v", got)
	}
	if got := p.imports(p.run("export", "links"), "link import"); got.Duplicate != 2 {
		t.Errorf("its own links: %+v", got)
	}
	p.stop()
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d %s", status, out)
	}
	p.start()
}

// The beginning of a file is not imported; what was applied when the connection broke
// stays, and the same file goes on.
func TestImport_ConnectionBreaks_GoesOnWithTheSameFile(t *testing.T) {
	const orders = 8_000
	p := serve(t)
	p.seed()
	file := ticketFile(orders)
	half := func(sent string, end bool, then func()) {
		client := p.dial(p.admin)
		defer client.Close()
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		in, err := session.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := session.Start("order import"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(in, sent); err != nil {
			t.Fatal(err)
		}
		if end {
			_ = in.Close()
		}
		then()
	}
	commands := func() float64 { return p.metric(`lastclick_ssh_sessions{kind="command"}`) }
	p.eventually("the commands before are over", func() bool { return commands() == 0 })
	half(file[:strings.LastIndex(file, "I-7999,")], false, func() {
		p.eventually("the import reads", func() bool { return commands() == 1 })
	})
	p.eventually("the session ends", func() bool { return strings.Contains(p.stderr.String(), `command="order import"`) })
	if n := p.sold(); n != 0 {
		t.Fatalf("%d sold of the beginning of a file", n)
	}
	half(file, true, func() {
		p.eventually("the import began", func() bool { return p.sold() > 0 })
	})
	got := p.imports(file, "order import")
	if got.Applied == 0 || got.Duplicate == 0 || got.Applied+got.Duplicate != orders || p.sold() != orders {
		t.Errorf("%+v, %d sold", got, p.sold())
	}
}

// With OpenSSH, from a file, also where it asks for a terminal: then the import shows how
// far it is.
func TestImport_OpenSSH_FileAndTerminal(t *testing.T) {
	ssh := testenv.Need(t, "ssh")[0]
	p := serve(t)
	p.seed()
	path := filepath.Join(t.TempDir(), "tickets.csv")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(ticketFile(3000), "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags, want string
		progress    bool
	}{{"-T", "Applied       3,000", false}, {"-tt", "Known before  3,000", true}} {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := p.openSSH(ctx, ssh, p.admin, []string{c.flags}, "order import")
		cmd.Stdin = file
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err = cmd.Run()
		cancel()
		_ = file.Close()
		if err != nil || !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "100%, 3,000 of 3,000") != c.progress {
			t.Errorf("ssh %s: %v\n%s", c.flags, err, out.String())
		}
	}
}
