// Lastclick is self-hosted tracking links for ticketed events: one daemon that
// redirects clicks, takes signed orders from a checkout, credits each ticket to the
// last tracking link clicked, and shows the numbers in any terminal over SSH.
//
// This is the only room that knows all the others. It wires them and holds no
// logic of theirs. Beside the architecture's own choices it depends on time/tzdata,
// since the days of a client's timezone must be right on a machine without zone
// data. Its tests drive a browser by chromedp, for what a cookie does cannot be
// assumed, and look at the console through vt10x.
package main

import (
	"context"
	"os"
	_ "time/tzdata"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
