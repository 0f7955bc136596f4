package testenv

import "testing"

// Allocations fails the test if a call of f allocates more often than most, which is how
// often it did when the number was written. The race detector adds allocations: with it
// the test is skipped, and scripts/test runs those whose names end with _Allocations
// once more without it.
func Allocations(t *testing.T, most int, f func()) {
	t.Helper()
	if raceDetector {
		t.Skip("the race detector allocates too")
	}
	switch n := int(testing.AllocsPerRun(200, f)); {
	case n > most:
		t.Errorf("%d allocations, %d before", n, most)
	case n < most:
		t.Logf("%d allocations: write that in place of %d", n, most)
	}
}
