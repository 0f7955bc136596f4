// Package command runs `ssh HOST <command>`: one command of a signed-in person, from
// its arguments to an exit code, over readers and writers. It knows neither sockets nor
// SSH.
//
// Each noun has a file with its commands, and declares the columns of its list once, as
// fields. A command returns an answer (JSON, CSV, text), and the session writes the form
// that was asked for in one piece.
//
// An import (import_*.go) reads and checks the whole file first: import_sheet.go the CSV,
// import_order.go, import_scans.go and import_links.go its lines. Orders and scans then go
// the way of webhooks, many at once (import_run.go).
//
// Invariants: a command that fails has printed nothing on Out, but for export, which
// streams; import, which reports what it did before it failed; checkout test and link test,
// whose answer is the steps up to the one that failed; and order list --follow and plain,
// which go on until they are ended. Foreign text passes one function on its way out, model.Line for people,
// spreadsheet.Cell for spreadsheets, escapeHidden for JSON.
//
// Trade-off: each call builds a new cobra tree, since a tree holds the flags of one
// call. Cobra parses and suggests; help, usage errors and errors are written here, in
// the width of the session's terminal.
package command
