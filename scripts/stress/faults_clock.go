//go:build linux

package main

import (
	"fmt"
	"strings"
)

// clockFaults name the tests that set the clock: this program does not touch the
// machine's, and Go programs take no time from a library that could be put before it.
func clockFaults() []fault {
	tests := []struct{ folder, name string }{}
	return []fault{{name: "clock jumps", run: func(t *trial) error {
		var names []string
		for _, test := range tests {
			names = append(names, test.name+" ("+test.folder+")")
		}
		return t.skip("%s", fmt.Sprintf("tests with clocks of their own do: %s", strings.Join(names, ", ")))
	}}}
}
