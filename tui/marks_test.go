package tui

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// halfStore fails with the links named.
type halfStore struct {
	*fakeStore
	fails []string
}

func (s *halfStore) ArchiveLink(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	if slices.Contains(s.fails, code) {
		return model.Link{}, &model.Error{Kind: model.Busy, Msg: "the database is busy"}
	}
	return s.fakeStore.ArchiveLink(ctx, a, code)
}

func TestMarks_Archive_OneQuestionOneToastOneUndo(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 110, h: 24, profile: termenv.Ascii})
	c.press(" ", "t") // from a link with its ticket types shown
	c.sees("1 marked of 3 links", "✓")
	if !strings.Contains(c.line("DJ Bo"), "▌") {
		t.Errorf("the cursor did not go on to the next link:\n%s", c.screen())
	}
	c.press("t")
	c.sees("2 marked of 3 links", "archive marked")
	c.press("a")
	c.sees("Archive 2 links: ana, bo-dj? They will count no more clicks. y/N")
	c.press("n")
	calls(t, store)
	c.press("a", "y")
	c.sees("✓ Archived 2 links · z restores them (10 s)", "3 links")
	c.misses("marked")
	c.press("z")
	c.sees("✓ Restored 2 links")
	calls(t, store, "archive ana", "archive bo-dj", "restore ana", "restore bo-dj")
}

func TestMarks_PartFails_SaidAndOnlyTheRestUndone(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: &halfStore{store, []string{"bo-dj"}}, w: 130, h: 24, profile: termenv.Ascii})
	c.press("t", "G", "M")
	c.sees("3 marked of 3 links")
	c.press("a", "y")
	c.sees("! Archived 2 of 3. It failed with bo-dj: the database is busy · z restores them (10 s)")
	c.sees("1 marked of 3 links") // the one that failed
	c.press("z")
	calls(t, store, "archive ana", "archive flyer-a5", "restore ana", "restore flyer-a5")
	c.press("a", "y")
	c.sees("! The database is busy", "1 marked of")
	c.misses("z undo")
}

// What takes long says how far it is, is no single call of the store, and can be taken back
// as it was done.
func TestMarks_ManyLinks_ProgressIsSaid(t *testing.T) {
	store := manyLinks(300)
	c := open(t, setup{client: "acme", store: store, w: 110, h: 24, profile: termenv.Ascii})
	c.press("t", "G", "M", "a")
	c.sees("and 297 more")
	c.hold = true
	c.press("y")
	c.sees("Archiving 0 of 300")
	c.misses("archive marked")
	c.hold = false
	held := c.held
	c.held = nil
	seen := map[string]bool{}
	for len(held) > 0 {
		var next []tea.Cmd
		for _, cmd := range held {
			c.hold = true
			for _, msg := range messages(cmd) {
				c.send(msg)
			}
			c.hold = false
			next, c.held = append(next, c.held...), nil
			if l := strings.TrimSpace(strings.Split(c.screen(), "\n")[3]); strings.HasPrefix(l, "Archiving") {
				seen[l] = true
			}
		}
		held = next
	}
	if len(seen) < 20 || len(store.calls) != 300 {
		t.Errorf("%d steps were seen of %d calls", len(seen), len(store.calls))
	}
	if half := "Archiving 150 of 300…  " + strings.Repeat("█", 20); !seen[half] {
		t.Errorf("%q was not seen among %q", half, slices.Sorted(maps.Keys(seen)))
	}
	c.sees("Archived 300 links")
	c.press("z")
	c.sees("Restored 300 links")
}

// messages are what a command says, and those of a batch.
func messages(cmd tea.Cmd) (all []tea.Msg) {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, one := range batch {
			all = append(all, messages(one)...)
		}
		return all
	}
	return append(all, msg)
}

func TestMarks_MailAndRestore_ThoseThatFit(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 110, h: 24, profile: termenv.Ascii})
	c.press("A", "t", "j", "t") // Ana, and Rosa's, which is archived
	c.press("w")
	c.sees("Send the welcome mail again of 1 link: ana? y/N")
	c.press("y")
	c.sees("Queued the welcome mail of 1 link")
	c.misses("z undo")
	c.press("g", "j", "j", "t", "r")
	c.sees("Restore 1 link: k7m2xq?")
	c.press("y", "z")
	calls(t, store, "resend ana", "restore k7m2xq", "archive k7m2xq")
}

func TestMarks_Escape_FirstTheFilterThenTheMarks(t *testing.T) {
	c := acme(t, 110, 24)
	c.press("t", "/")
	c.write("bo")
	c.press("enter", "t")
	c.sees("2 marked of 3 links")
	c.press("esc")
	c.sees("2 marked of 3 links")
	c.press("t", "esc") // bo-dj's mark goes with t, the others with esc
	c.misses("marked")
}

// The hidden are not acted on.
func TestMarks_HiddenLink_IsNoMarkedOne(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 110, h: 24, profile: termenv.Ascii})
	c.press("A", "j", "j", "t")
	c.sees("1 marked of 4 links")
	c.press("A")
	c.misses("marked")
	c.press("r")
	calls(t, store)
}

func TestMarks_Viewer_MarksAndChangesNothing(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, role: model.Viewer, w: 110, h: 24, profile: termenv.Ascii})
	c.press("t", "t", "a", "y", "w", "y", "r", "y")
	c.misses("archive marked", "y/N")
	calls(t, store)
}
