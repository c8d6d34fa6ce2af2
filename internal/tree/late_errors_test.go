package tree

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// An error is looked at before anything is done with what may not be there: the statement
// after a call that gives an error and something else is an if, a switch or a return.
func TestErrorsAreNotLookedAtLate(t *testing.T) {
	for _, file := range sources(t) {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			var list []ast.Stmt
			switch n := n.(type) {
			case *ast.BlockStmt:
				list = n.List
			case *ast.CaseClause:
				list = n.Body
			case *ast.CommClause:
				list = n.Body
			}
			for i, s := range list {
				// What is last in a block is looked at around it.
				if i+1 < len(list) && givesMoreThanError(s) && !looks(list[i+1]) {
					t.Errorf("%s: the error is looked at late, or never", fset.Position(s.Pos()))
				}
			}
			return true
		})
	}
}

// givesMoreThanError says whether a statement assigns err and something else from a call.
func givesMoreThanError(s ast.Stmt) bool {
	a, ok := s.(*ast.AssignStmt)
	if !ok || len(a.Lhs) < 2 || len(a.Rhs) != 1 {
		return false
	}
	if _, ok := a.Rhs[0].(*ast.CallExpr); !ok {
		return false
	}
	last, ok := a.Lhs[len(a.Lhs)-1].(*ast.Ident)
	return ok && last.Name == "err"
}

// looks says whether a statement may look at an error first.
func looks(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.IfStmt, *ast.SwitchStmt, *ast.ReturnStmt, *ast.DeferStmt:
		return true
	}
	return false
}

// sources are the files of this module that are no tests.
func sources(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "testbed" || name == "integration") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
