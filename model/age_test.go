package model

import (
	"testing"
	"time"
)

func TestAge_SeveralReads_OldestCounts(t *testing.T) {
	ctx, age := WithAge(t.Context())
	if !age.AsOf().IsZero() {
		t.Error("nothing was read, and it is old")
	}
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, asOf := range []time.Time{noon.Add(time.Second), noon, noon.Add(time.Minute)} {
		NoteAge(ctx, asOf)
	}
	if got := age.AsOf(); !got.Equal(noon) {
		t.Errorf("as of %s", got)
	}
	NoteAge(t.Context(), noon) // where none asks
}
