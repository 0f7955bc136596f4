package tui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Styles come from the session's renderer alone: what these functions give belongs
// to the daemon's own terminal. The others stop, block or outlive the daemon.
func TestSource_NothingGlobal_IsCalled(t *testing.T) {
	forbidden := map[string]bool{
		"lipgloss.NewStyle": true, "lipgloss.DefaultRenderer": true, "lipgloss.SetColorProfile": true,
		"lipgloss.SetHasDarkBackground": true, "lipgloss.SetDefaultRenderer": true, "lipgloss.ColorProfile": true,
		"tea.Suspend": true, "tea.Exec": true, "tea.ExecProcess": true, "tea.Tick": true, "tea.Every": true,
		"termenv.Copy": true, "clipboard.ReadAll": true, "clipboard.WriteAll": true, "time.Sleep": true,
	}
	files, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	for path, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && forbidden[pkg.Name+"."+s.Sel.Name] {
					t.Errorf("%s uses %s.%s", path, pkg.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestSource_Imports_NoSocketAndNoSQL(t *testing.T) {
	files, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	for path, f := range files {
		for _, i := range f.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			if strings.HasPrefix(name, "lastclick/") && name != "lastclick/model" && !strings.HasPrefix(name, "lastclick/tui/") || strings.Contains(name, "ssh") ||
				name == "database/sql" || name == "net/http" || strings.Contains(name, "atotto") {
				t.Errorf("%s imports %s", path, name)
			}
		}
	}
}

// parse reads the files of this room that are no tests.
func parse(t *testing.T) (map[string]*ast.File, error) {
	t.Helper()
	files := map[string]*ast.File{}
	return files, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, 0)
		return err
	})
}
