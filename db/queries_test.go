package db

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestQueries_Parameters_Ascend reads every query text of the package: mattn binds
// $n by the order of first appearance, PostgreSQL by number, so both orders must be
// one.
func TestQueries_Parameters_Ascend(t *testing.T) {
	texts := queryTexts(t)
	if len(texts) < 100 {
		t.Fatalf("only %d query texts were found: does the test still read them?", len(texts))
	}
	for at, text := range texts {
		if first := firstParameters(text); !slices.IsSorted(first) || len(first) > 0 && first[len(first)-1] != len(first) {
			t.Errorf("%s: parameters first appear as %v:\n%s", at, first, text)
		}
	}
}

// firstParameters are the numbers of a text's parameters, each where it first
// appears.
func firstParameters(text string) []int {
	var first []int
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		if !slices.Contains(first, n) {
			first = append(first, n)
		}
	}
	return first
}

// queryTexts are the texts that hold SQL, by their place; what is joined with + is
// one text.
func queryTexts(t *testing.T) map[string]string {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	consts := map[string]ast.Expr{}
	texts := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
				for i := range v.Names {
					consts[v.Names[i].Name] = v.Values[i]
				}
			}
			return true
		})
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := joined(e, consts)
			if !ok {
				return true
			}
			if regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|VACUUM|PRAGMA|CREATE)\b`).MatchString(text) {
				texts[fset.Position(n.Pos()).String()] = text
			}
			return false
		})
	}
	return texts
}

// joined is the text of a literal, of a name for one, or of several with + between
// them.
func joined(e ast.Expr, consts map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.Ident:
		if v, ok := consts[e.Name]; ok && v != e {
			return joined(v, consts)
		}
	case *ast.BinaryExpr:
		a, ok := joined(e.X, consts)
		b, ok2 := joined(e.Y, consts)
		return a + b, ok && ok2 && e.Op == token.ADD
	}
	return "", false
}
