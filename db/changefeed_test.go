package db

import (
	"fmt"
	"slices"
	"testing"
)

// What another node changes between a poll and the reload that it leads to is found by
// the next poll, which tells its watchers.
func TestReload_ChangeAfterThePoll_StaysNew(t *testing.T) {
	s := openTest(t, Options{})
	s.sqlDo(t, `INSERT INTO moves (client_id, n) VALUES (7, 1)`)
	must(t, s.update(t.Context(), (*tx).reload))
	counts, err := read(t.Context(), s, (*conn).loadVersions)
	must(t, err)
	turn, _ := s.versions.beginPoll()
	if differ := fmt.Sprint(s.versions.differing(counts, turn)); differ != "[7]" {
		t.Errorf("differing %s, want [7]", differ)
	}
}

// tagged are versions whose tags are the numbers.
func tagged(counts map[int64]int64) map[int64]version {
	versions := map[int64]version{}
	for client, n := range counts {
		versions[client] = version{n, n}
	}
	return versions
}

// wantDiffer fails unless a poll that read the counts finds these clients changed by
// other nodes.
func wantDiffer(t *testing.T, v *versions, turn int64, counts map[int64]version, want ...int64) {
	t.Helper()
	got := v.differing(counts, turn)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("differing %v, want %v", got, want)
	}
}

func (v *versions) turnNow() int64 {
	turn, _ := v.beginPoll()
	return turn
}

func TestVersions_AnotherNodeCounted_Differs(t *testing.T) {
	v := newVersions()
	v.setAll(tagged(map[int64]int64{1: 4, 2: 4, 3: 4, 4: 4, 6: 4, 7: 4}))
	v.committed(1, version{5, 5}, version{4, 4})
	v.committed(2, version{6, 6}, version{5, 5}) // 5 was another node's
	v.committed(7, version{5, 5}, version{4, 9}) // so was this 4
	counts := tagged(map[int64]int64{1: 5, 2: 6, 3: 3, 5: 1, 6: 4, 7: 5})
	counts[6] = version{4, 9}                               // 4 again, by other changes
	wantDiffer(t, v, v.turnNow(), counts, 2, 3, 4, 5, 6, 7) // 3 was set back, 4 is gone, 5 is new
	v.observe(counts, []int64{2, 3, 4, 5, 6, 7}, v.turnNow())
	wantDiffer(t, v, v.turnNow(), counts)
}

// A commit of this node is no change by another, whenever the poll reads.
func TestVersions_OwnCommitDuringPoll_DoesNotDiffer(t *testing.T) {
	v := newVersions()
	v.setAll(tagged(map[int64]int64{1: 4}))
	before := v.turnNow()
	v.willCommit(1, version{5, 5})
	during := v.turnNow()
	wantDiffer(t, v, during, tagged(map[int64]int64{1: 5})) // it is in the tables, and not answered yet
	v.committed(1, version{5, 5}, version{4, 4})
	wantDiffer(t, v, before, tagged(map[int64]int64{1: 4})) // the poll read before the commit
	v.observe(tagged(map[int64]int64{1: 4}), []int64{1}, before)
	if n := v.of(1).n; n != 5 {
		t.Errorf("a poll that read before the commit took notice of %d", n)
	}
	v.willCommit(1, version{6, 6})
	v.abandon()
	wantDiffer(t, v, v.turnNow(), tagged(map[int64]int64{1: 6}), 1) // another node's
}

// A page may show a change that is lost before any poll sees it.
func TestVersions_ShownAndLost_Differs(t *testing.T) {
	v := newVersions()
	v.setAll(tagged(map[int64]int64{1: 4, 2: 4}))
	v.show(1, version{5, 5})
	v.show(2, version{4, 4})
	wantDiffer(t, v, v.turnNow(), tagged(map[int64]int64{1: 4, 2: 4}), 1)
	wantDiffer(t, v, v.turnNow(), tagged(map[int64]int64{1: 4, 2: 4}))
	v.show(1, version{5, 5})
	v.committed(1, version{5, 5}, version{4, 4}) // it was this node's, which was not answered yet
	wantDiffer(t, v, v.turnNow(), tagged(map[int64]int64{1: 5, 2: 4}))
}
