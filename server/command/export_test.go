package command

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

func TestExport_HostileText_SafeCSV(t *testing.T) {
	for _, name := range hostile {
		got := caller{store: fakeStore{name: name}, role: model.Viewer}.run(t, "export", "orders")
		rows, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
		if err != nil || got.code != 0 || len(rows) != 2 {
			t.Fatalf("exit %d, %v\n%s", got.code, err, got.out)
		}
		if err := harmless(got.out); err != nil || rows[1][2] != "-45.00" {
			t.Errorf("%q: %v, %q", name, err, rows[1])
		}
		if c := rows[1][1]; c != "" && strings.ContainsRune("=+-@", rune(c[0])) && !spreadsheet.Number(c) {
			t.Errorf("the cell %q is a formula", c)
		}
	}
}

// endless has rows without end, and stops as a store does: when row
// refuses one, or ctx ends.
type endless struct {
	fakeStore
	rows int
	err  error // after a thousand rows
}

func (e *endless) Export(ctx context.Context, _ model.Actor, _ string, row func([]string) error) error {
	for ; ctx.Err() == nil; e.rows++ {
		if e.err != nil && e.rows == 1000 {
			return e.err
		}
		if err := row([]string{"A-1001", strings.Repeat("x", 100)}); err != nil {
			return err
		}
	}
	return &model.Error{Kind: model.Busy, Msg: "the wait ended", Err: ctx.Err()}
}

// after fails, or cancels, once so many bytes have come.
type after struct {
	left int
	done func()
}

func (a *after) Write(p []byte) (int, error) {
	if a.left -= len(p); a.left > 0 {
		return len(p), nil
	}
	if a.done == nil {
		return 0, io.ErrClosedPipe
	}
	a.done()
	return len(p), nil
}

func TestExport_ReaderGoneOrStopped_Ends(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	for name, out := range map[string]*after{"gone": {left: 1 << 20}, "stopped": {left: 1 << 20, done: cancel}} {
		store := &endless{}
		code := Run(ctx, Env{Store: store, Actor: model.Actor{Role: model.Viewer, Client: "acme"}, Out: out}, []string{"export", "tickets"})
		if code != 1 || store.rows < 1000 || store.rows > 20_000 {
			t.Errorf("%s: exit %d after %d rows", name, code, store.rows)
		}
		if name == "stopped" {
			ctx = t.Context()
		}
	}
}

func TestExport_FailsMidway_SaysIncomplete(t *testing.T) {
	store := &endless{err: errors.New("disk I/O error")}
	got := caller{store: store, role: model.Viewer, fault: func(error) string { return "F00" }}.run(t, "export", "links")
	if got.code != 1 || strings.Count(got.out, "\n") != 1000 || !strings.HasSuffix(got.err, "What was printed is not complete.\n") {
		t.Errorf("exit %d, %d lines\n%s", got.code, strings.Count(got.out, "\n"), got.err)
	}
}

func TestExport_RealStore_EachTable(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for what, want := range map[string]string{"links": "ana", "orders": "A-1001", "tickets": "T-1"} {
		rows, err := csv.NewReader(strings.NewReader(p.admin("export " + what + " --csv"))).ReadAll()
		if err != nil || len(rows) < 2 || !strings.Contains(strings.Join(rows[1], " ")+strings.Join(rows[len(rows)-1], " "), want) {
			t.Errorf("%s: %v\n%q", what, err, rows)
		}
	}
	got := p.as("", "export", "links")
	if got.code != 1 || got.out != "" {
		t.Errorf("without a role: exit %d\n%s", got.code, got.out)
	}
}

// aged is a store that reads from a replica which is behind.
type aged struct{ fakeStore }

var agedAt = noon.Add(-4 * time.Second)

func (s aged) Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error) {
	model.NoteAge(ctx, agedAt)
	return s.fakeStore.Stats(ctx, a, f)
}

func (s aged) Export(ctx context.Context, a model.Actor, what string, row func([]string) error) error {
	model.NoteAge(ctx, agedAt)
	return s.fakeStore.Export(ctx, a, what, row)
}

func TestRun_ReplicaBehind_AgeBesideTheAnswer(t *testing.T) {
	for _, line := range []string{"stats", "stats --json", "stats --csv", "export orders"} {
		got := caller{store: aged{}, role: model.Viewer}.run(t, words(line)...)
		want := caller{store: fakeStore{}, role: model.Viewer}.run(t, words(line)...)
		if got.code != 0 || got.out != want.out || want.err != "" {
			t.Errorf("%s: exit %d, printed\n%s\nnot\n%s\n%s", line, got.code, got.out, want.out, want.err)
		}
		if got.err != "Note: this is as of 09:59:56 UTC, 4s ago. It was read from a replica, which does not have the sales since then yet.\n" {
			t.Errorf("%s: it says %q", line, got.err)
		}
	}
}
