package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"
	"github.com/spf13/cobra"
)

// Set by scripts/release: go build -ldflags "-X main.version=1.2.3 -X main.revision=…".
var (
	version  = "dev"
	revision = "" // empty: the one that the Go tool noted
)

func versionCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit, and the versions of Go and SQLite",
		Args:  exactArgs(0),
		RunE: func(*cobra.Command, []string) error {
			sqlite, _, _ := sqlite3.Version()
			fmt.Fprintf(p.out, "lastclick %s\ncommit %s\n%s %s/%s\nSQLite %s\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, sqlite)
			return nil
		},
	}
}

// commit is what the program was built from; "unknown" where the build did not say.
func commit() string {
	if revision != "" {
		return revision
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
