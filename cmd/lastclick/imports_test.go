package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who may know whom. A room is named by its path below the module; "" is anything
// outside the standard library and this module.
var mayImport = map[string][]string{
	"model":          {},
	"db":             {"model", ""},
	"db/dbtest":      {"model", ""},
	"server/web":     {"model", ""},
	"server/command": {"model", ""},
	"server/mail":    {"model", ""},
	"server/ssh":     {"model", "server/command", ""},
	"tui":            {"model", ""},
	"cmd/lastclick":  {"model", "db", "server/web", "server/command", "server/mail", "server/ssh", "tui", ""},
}

func TestImports_WhoMayKnowWhom(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "lastclick/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	rooms := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		room := strings.TrimPrefix(words[0], "lastclick/")
		allowed, ok := mayImport[room]
		if !ok {
			t.Errorf("%s is a room that the architecture does not know", room)
			continue
		}
		rooms++
		for _, imported := range words[1:] {
			if imported == "database/sql" && room != "db" {
				t.Errorf("%s imports database/sql: only db may", room)
			}
			first, _, _ := strings.Cut(imported, "/")
			name := ""
			switch {
			case first == "lastclick":
				name = strings.TrimPrefix(imported, "lastclick/")
			case !strings.Contains(first, "."):
				continue // the standard library
			}
			if !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s", room, imported)
			}
			if strings.Contains(imported, "charmbracelet/wish") && room != "server/ssh" {
				t.Errorf("%s imports Wish: only server/ssh may", room)
			}
		}
	}
	if rooms < 7 {
		t.Errorf("only %d rooms were looked at", rooms)
	}
}
