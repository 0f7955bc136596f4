package db

import (
	"context"
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Advisory locks are not what every server that speaks this protocol has, and one would be
// a queue for the whole platform. A migration alone takes one, before anything else runs, and
// so does a move, which makes the tables.
func TestPostgres_AdvisoryLocks_MigrationsAlone(t *testing.T) {
	files, err := os.ReadDir(".")
	must(t, err)
	locks, callers := 0, map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		must(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && strings.Contains(strings.ToLower(text), "advisory") {
					locks++
				}
			case *ast.CallExpr: // e.lock(ctx, tx) takes it, t.lock(sales) locks rows
				if called, ok := n.Fun.(*ast.SelectorExpr); ok && called.Sel.Name == "lock" && len(n.Args) == 2 {
					callers[f.Name()] = true
				}
			}
			return true
		})
	}
	if locks != 1 || len(callers) != 2 || !callers["migrate.go"] || !callers["move_target.go"] {
		t.Errorf("%d statements lock, taken by %v; want one, for migrate.go and move_target.go", locks, callers)
	}
}

// OpenDeaf is Open for a node that hears no notifications, and sends none.
func OpenDeaf(ctx context.Context, o Options) (*Store, error) {
	return openAround(ctx, o, nil, func(e sharedEngine) sharedEngine { return deaf{e} })
}

type deaf struct{ sharedEngine }

func (deaf) notify(context.Context, *sql.DB) error { return nil }

func (deaf) listen(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}
