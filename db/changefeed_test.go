package db

import (
	"fmt"
	"testing"
)

// What another node changes between a poll and the reload that it leads to is found by
// the next poll, which tells its watchers.
func TestReload_ChangeAfterThePoll_StaysNew(t *testing.T) {
	s := openTest(t, Options{})
	must(t, s.update(t.Context(), func(tx *tx) error {
		_, err := tx.exec(`INSERT INTO moves (client_id, n) VALUES (7, 1)`)
		return err
	}))
	must(t, s.update(t.Context(), s.reload))
	counts, err := read(t.Context(), s, (*conn).loadVersions)
	must(t, err)
	if newer := fmt.Sprint(s.versions.newer(counts)); newer != "[7]" {
		t.Errorf("newer %s, want [7]", newer)
	}
}

func TestVersions_AnotherNodeCountedBetween_StaysNew(t *testing.T) {
	v := newVersions()
	v.observe(map[int64]int64{1: 4, 2: 4})
	v.observeOwn(1, 5)
	v.observeOwn(2, 6) // 5 was another node's
	v.observe(map[int64]int64{1: 3})
	if newer := fmt.Sprint(v.newer(map[int64]int64{1: 5, 2: 6})); newer != "[2]" {
		t.Errorf("newer %s, want [2]", newer)
	}
}
