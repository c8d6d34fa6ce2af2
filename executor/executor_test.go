package executor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What is compiled is the whole program without its tests, in a fixed order.
func TestSources(t *testing.T) {
	var names []string
	for _, f := range Sources() {
		names = append(names, f.Path)
		if len(f.Data) == 0 || strings.HasSuffix(f.Path, "/tests.rs") {
			t.Errorf("%s, %d bytes", f.Path, len(f.Data))
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %q", names)
	}
	for _, want := range []string{"Cargo.toml", "codec/Cargo.toml", "codec/src/inflate/huffman.rs", "src/main.rs", "src/queue/lock.rs"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

// No step runs a shell that this project wrote: no text of the product starts one.
func TestNoShell(t *testing.T) {
	shell := regexp.MustCompile(`(^|[ /"])(sh|bash|busybox) -[a-z]*c|#!\s*/|/bin/(ba|da)?sh\b|^-e?u?c$`)
	looked := 0
	for _, dir := range []string{"cargo", "cmd", "frontend", "lint", "llb", "plan", "sbom"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
					looked++
					if value := strings.Trim(text.Value, "\"`"); shell.MatchString(value) {
						t.Errorf("%s: %s", name, text.Value)
					}
				}
				return true
			})
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if looked < 1000 {
		t.Errorf("%d texts were looked at", looked)
	}
}

// Two things are unsafe: the lock that the kernel drops with a process, and hearing of the
// system calls of other processes.
func TestUnsafeIsWhatTheKernelIsAsked(t *testing.T) {
	unsafe := []string{"src/lookups/notify.rs", "src/queue/lock.rs"}
	for _, f := range Sources() {
		code := regexp.MustCompile(`(?m)//.*$`).ReplaceAllString(string(f.Data), "")
		if got, want := regexp.MustCompile(`\bunsafe\b`).MatchString(code), slices.Contains(unsafe, f.Path); got != want {
			t.Errorf("%s: has unsafe code is %t", f.Path, got)
		}
	}
}
