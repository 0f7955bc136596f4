// Lastclick is self-hosted tracking links for ticketed events: one daemon that
// redirects clicks, takes signed orders from a checkout, credits each ticket to the
// last tracking link clicked, and shows the numbers in any terminal over SSH.
//
// The package wires the others together and holds no logic of theirs: one file for each
// subcommand, config.go for the flags. It embeds time/tzdata, since the days of a
// client's timezone must be right on a machine without zone data. The tests run the
// program as processes of its own, over real SSH and HTTP; some drive a browser, because
// what becomes of a cookie cannot be assumed.
package main

import (
	"context"
	"os"
	_ "time/tzdata"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
