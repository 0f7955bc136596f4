//go:build linux

package main

// clockFaults name the tests that set the clock: this program does not touch the
// machine's, and Go programs take no time from a library that could be put before it.
func clockFaults() []fault {
	return []fault{{name: "clock jumps", run: func(t *trial) error {
		return t.skip("a test with a clock of its own does: go test ./db -run TestStore_ClockJumps_NothingLost")
	}}}
}
