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
	if differ := fmt.Sprint(s.versions.differing(counts, s.versions.beginPoll())); differ != "[7]" {
		t.Errorf("differing %s, want [7]", differ)
	}
}

// wantDiffer fails unless a poll that read the counts finds these clients changed by
// other nodes.
func wantDiffer(t *testing.T, v *versions, turn int64, counts map[int64]int64, want ...int64) {
	t.Helper()
	got := v.differing(counts, turn)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("differing %v, want %v", got, want)
	}
}

func TestVersions_AnotherNodeCounted_Differs(t *testing.T) {
	v := newVersions()
	v.setAll(map[int64]int64{1: 4, 2: 4, 3: 4, 4: 4})
	v.committed(1, 5)
	v.committed(2, 6)                                                                    // 5 was another node's
	wantDiffer(t, v, v.beginPoll(), map[int64]int64{1: 5, 2: 6, 3: 3, 5: 1}, 2, 3, 4, 5) // 3 was set back, 4 is gone, 5 is new
	counts := map[int64]int64{1: 5, 2: 6, 3: 3, 5: 1}
	v.observe(counts, []int64{2, 3, 4, 5}, v.beginPoll())
	wantDiffer(t, v, v.beginPoll(), counts)
}

// A commit of this node is no change by another, whenever the poll reads.
func TestVersions_OwnCommitDuringPoll_DoesNotDiffer(t *testing.T) {
	v := newVersions()
	v.setAll(map[int64]int64{1: 4})
	before := v.beginPoll()
	v.willCommit(1, 5)
	during := v.beginPoll()
	wantDiffer(t, v, during, map[int64]int64{1: 5}) // it is in the tables, and not answered yet
	v.committed(1, 5)
	wantDiffer(t, v, before, map[int64]int64{1: 4}) // the poll read before the commit
	v.observe(map[int64]int64{1: 4}, []int64{1}, before)
	if n := v.of(1); n != 5 {
		t.Errorf("a poll that read before the commit took notice of %d", n)
	}
	v.willCommit(1, 6)
	v.abandon()
	wantDiffer(t, v, v.beginPoll(), map[int64]int64{1: 6}, 1) // another node's
}
