package tree

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/org/rust-frontend/"

// docs/architecture.md says which room imports which, no more and no less.
func TestRooms(t *testing.T) {
	want := rooms(t)
	got := map[string][]string{}
	for _, file := range sources(t) {
		room := roomOf(filepath.ToSlash(strings.TrimPrefix(file, filepath.Join("..", "..")+string(filepath.Separator))))
		if room == "internal" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range f.Imports {
			path, ours := strings.CutPrefix(strings.Trim(imported.Path.Value, `"`), module)
			if other := roomOf(path); ours && other != room && !slices.Contains(got[room], other) {
				got[room] = append(got[room], other)
			}
		}
	}
	for room, imports := range got {
		slices.Sort(imports)
		if listed, ok := want[room]; !ok || !slices.Equal(listed, imports) {
			t.Errorf("%s imports %v, docs/architecture.md says %v", room, imports, listed)
		}
	}
}

// roomOf gives the first part of a path.
func roomOf(path string) string {
	room, _, _ := strings.Cut(path, "/")
	return room
}

// rooms reads the list of docs/architecture.md: "ROOM <- ROOM ROOM".
func rooms(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(data), "```\n")
	list, _, _ = strings.Cut(list, "```")
	out := map[string][]string{}
	for line := range strings.Lines(list) {
		room, imports, _ := strings.Cut(line, "<-")
		names := strings.Fields(imports)
		slices.Sort(names)
		out[strings.TrimSpace(room)] = names
	}
	if len(out) < 10 {
		t.Fatalf("docs/architecture.md lists %d rooms", len(out))
	}
	return out
}

// The frontend image is made of all rooms: .dockerignore lets nothing else through.
func TestImageHasAllRooms(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for room := range rooms(t) {
		if !slices.Contains(lines, "!"+room) {
			t.Errorf(".dockerignore lacks !%s", room)
		}
	}
}

// No room has more than 25 files, and no file of one more than 300 lines.
func TestRoomsAreSmall(t *testing.T) {
	files := map[string]int{}
	for _, file := range sources(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), "\n"); n > 300 {
			t.Errorf("%s has %d lines", file, n)
		}
		files[filepath.Dir(file)]++
	}
	for room, n := range files {
		if n > 25 {
			t.Errorf("%s has %d files", room, n)
		}
	}
}
