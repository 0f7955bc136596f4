package db_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What may be read from a standby is listed here: a method that decides something, or that
// says who may do what, must not be. Who adds one looks at replica.go first.
func TestReplica_Methods_TheseAlone(t *testing.T) {
	want := []string{
		"Client", "DueMail", // of reports, and only where the standby has all sales
		"EventStats", "Events", "Export", "Link", "Links", "Orders", "Overview", "Series", "Stats", "SubPromoter", "SumLinks", "Trends",
	}
	got := callers(t, "readListed")
	exported := slices.DeleteFunc(got, func(name string) bool { return !ast.IsExported(name) })
	if !slices.Equal(exported, want) {
		t.Errorf("a standby may answer %v, want %v", exported, want)
	}
}

// callers are the functions of the package that call the named one, or one that does.
func callers(t *testing.T, name string) (list []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string][]string{} // the callers of each name
	for _, file := range names {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			do, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(do, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				switch f := call.Fun.(type) {
				case *ast.Ident:
					calls[f.Name] = append(calls[f.Name], do.Name.Name)
				case *ast.SelectorExpr:
					if x, ok := f.X.(*ast.Ident); ok && x.Name == "s" { // a method of the store
						calls[f.Sel.Name] = append(calls[f.Sel.Name], do.Name.Name)
					}
				}
				return true
			})
		}
	}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		for _, caller := range calls[queue[0]] {
			if !slices.Contains(list, caller) {
				list, queue = append(list, caller), append(queue, caller)
			}
		}
	}
	slices.Sort(list)
	return list
}
