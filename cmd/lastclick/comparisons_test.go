package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretName is the name of a value whose comparison must not stop at the first wrong
// byte. An id of one, or whether there is one, is compared with a literal or named so.
var secretName = regexp.MustCompile(`(?i)(secret|token|signature|hmac|mac|password|invitecode)s?$`)

// compared are the comparisons that are none by which a stranger can guess, with the
// reason.
var compared = map[string]string{
	"db/checkout_changes.go": "an admin's new token of a shop's API with the one that is kept: is there a change",
}

// TestComparisons_Secrets_ConstantTime reads the source: who compares a secret or a MAC
// does so with hmac.Equal or subtle.ConstantTimeCompare, or looks it up by its hash.
func TestComparisons_Secrets_ConstantTime(t *testing.T) {
	root := filepath.Join("..", "..")
	files, unused := 0, map[string]bool{}
	for file := range compared {
		unused[file] = true
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == "scripts" || d.Name() == "dbtest" || len(d.Name()) > 2 && d.Name()[0] == '.') {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		ast.Inspect(file, func(n ast.Node) bool {
			if what, found := comparesSecrets(n); found {
				if _, allowed := compared[filepath.ToSlash(name)]; allowed {
					delete(unused, filepath.ToSlash(name))
				} else {
					t.Errorf("%s compares %s: use hmac.Equal or subtle.ConstantTimeCompare", set.Position(n.Pos()), what)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 200 {
		t.Fatalf("%d files were read: %v", files, err)
	}
	for file := range unused {
		t.Errorf("%s compares no secret any more: take it from the list", file)
	}
}

// comparesSecrets says whether n compares two values of which one is named as a secret, by
// an operator or a function that stops at the first difference.
func comparesSecrets(n ast.Node) (what string, found bool) {
	var sides []ast.Expr
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			sides = []ast.Expr{n.X, n.Y}
		}
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) < 2 {
			return "", false
		}
		switch calledName(f) {
		case "bytes.Equal", "bytes.Compare", "bytes.HasPrefix", "strings.Compare", "strings.EqualFold", "slices.Equal", "slices.Contains", "reflect.DeepEqual":
			sides = n.Args[:2]
		}
	}
	for _, side := range sides {
		switch name := lastName(side); {
		case name == "" || name == "nil":
			return "", false // a literal: whether there is one
		case strings.HasPrefix(name, "Max"), strings.HasPrefix(name, "Carries"): // a bound, a kind
			return "", false
		case secretName.MatchString(name):
			what, found = name, true
		}
	}
	return what, found
}

func calledName(f *ast.SelectorExpr) string {
	if pkg, ok := f.X.(*ast.Ident); ok {
		return pkg.Name + "." + f.Sel.Name
	}
	return ""
}

// lastName is the name of a variable, field, conversion or call: a.b.token, string(token),
// token[:]. It is empty for a literal.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return lastName(e.X)
	case *ast.ParenExpr:
		return lastName(e.X)
	case *ast.IndexExpr:
		return lastName(e.X)
	case *ast.SliceExpr:
		return lastName(e.X)
	case *ast.CallExpr:
		if f := lastName(e.Fun); len(e.Args) != 1 || f == "len" {
			return f
		}
		return lastName(e.Args[0])
	case *ast.BasicLit, *ast.CompositeLit:
		return ""
	}
	return "?"
}

// The test itself sees what it is for.
func TestComparesSecrets_Shapes_AreTold(t *testing.T) {
	for text, want := range map[string]bool{
		"given == k.Token": true, "k.Secrets[0] != given": true, "bytes.Equal(signature, want)": true, "string(mac) == want": true, "token[:6] == kept": true,
		`token == ""`: false, "len(token) != MaxToken": false, "secret != nil": false, "hmac.Equal(mac, want)": false, "id == k.SecretID": false, "h.Secret != 0": false,
	} {
		e, err := parser.ParseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, found := comparesSecrets(e); found != want {
			t.Errorf("%s: %v, want %v", text, found, want)
		}
	}
}
