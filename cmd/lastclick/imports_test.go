package main

import (
	"os/exec"
	"strings"
	"testing"
)

// mayImport says which packages of this module a package may import. Both sides are
// paths below the module; the longest prefix of the importer decides.
var mayImport = map[string][]string{
	"cmd":             {"model", "db", "server", "tui"},
	"model":           {},
	"db":              {"model"},
	"server/internal": {"model"},
	"server/web":      {"model", "server/internal", "server/shop"},
	"server/shop":     {"model", "server/internal"},
	"server/connect":  {"model", "server/internal", "server/shop"},
	"server/ssh":      {"model", "server/internal", "server/command"},
	"server/command":  {"model", "server/internal"},
	"server/mail":     {"model", "server/internal"},
	"server/hook":     {"model", "server/internal"},
	"server/listen":   {"model", "server/internal"},
	"tui":             {"model", "tui"},
	"tui/ui":          {"model"},
	"tui/page":        {"model", "tui/ui"},
	"tui/pages":       {"model", "tui/ui", "tui/page"},

	"server/shop/intake": {"model", "server/internal", "server/shop"},

	"scripts/benchmark":         {"model", "db", "scripts/benchmark"},
	"scripts/benchmark/measure": {},
	"scripts/benchmark/load":    {"scripts/benchmark/measure"},
	"scripts/benchmark/peer":    {"scripts/benchmark/load"},
	"scripts/benchmark/process": {},
	"scripts/benchmark/proxy":   {},

	"scripts/screenshots":  {},
	"scripts/seed":         {"model", "db"},
	"scripts/stress":       {"scripts/benchmark", "scripts/stress"},
	"scripts/stress/visit": {"scripts/benchmark"},
	"scripts/nodes":        {"scripts/benchmark", "scripts/stress/visit"},
}

// onlyIn names the one package that may import another: who speaks SQL, and who
// speaks SSH. The benchmark compares with others that do, and scripts/stress makes an
// old database; so those in scripts may import all.
var onlyIn = map[string]string{
	"database/sql":                     "db",
	"github.com/jackc/pgx":             "db",
	"github.com/charmbracelet/wish":    "server/ssh",
	"github.com/charmbracelet/ssh":     "server/ssh",
	"github.com/charmbracelet/bubbles": "tui",
	"net/smtp":                         "server/mail",
}

func TestImports_EachPackage_KnowsOnlyItsOwn(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "lastclick/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		importer := strings.TrimPrefix(words[0], "lastclick/")
		allowed, ok := mayImport[longestPrefix(importer, mayImport)]
		if !ok {
			t.Errorf("%s: no rule says what it may import", importer)
			continue
		}
		packages++
		for _, imported := range words[1:] {
			checkImport(t, importer, imported, allowed)
		}
	}
	if packages < 7 {
		t.Errorf("only %d packages were looked at", packages)
	}
}

func checkImport(t *testing.T, importer, imported string, allowed []string) {
	t.Helper()
	for path, owner := range onlyIn {
		if below(imported, path) && !below(importer, owner) && !below(importer, "scripts") {
			t.Errorf("%s imports %s: only %s may", importer, imported, owner)
		}
	}
	own, isOurs := strings.CutPrefix(imported, "lastclick/")
	switch {
	case isOurs:
		for _, a := range allowed {
			if below(own, a) {
				return
			}
		}
		t.Errorf("%s imports %s", importer, own)
	case below(importer, "model") && strings.Contains(strings.Split(imported, "/")[0], "."):
		t.Errorf("%s imports %s: model has the standard library alone", importer, imported)
	}
}

// below says whether path is dir or lies under it.
func below(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func longestPrefix(path string, of map[string][]string) string {
	best := ""
	for dir := range of {
		if below(path, dir) && len(dir) > len(best) {
			best = dir
		}
	}
	return best
}
