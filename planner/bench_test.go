package planner

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/graph"
)

// generated is a workspace of 200 members and 1000 locked packages.
func generated() fstest.MapFS {
	const members, crates = 200, 800
	files := fstest.MapFS{}
	var list, lock strings.Builder
	lock.WriteString("version = 4\n")
	for i := range crates {
		fmt.Fprintf(&lock, "\n[[package]]\nname = \"crate-%03d\"\nversion = \"1.0.%d\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"%064x\"\n", i, i, i)
		if i+2 < crates {
			fmt.Fprintf(&lock, "dependencies = [\n \"crate-%03d\",\n \"crate-%03d\",\n]\n", i+1, i+2)
		}
	}
	for i := range members {
		dir := fmt.Sprintf("crates/member-%03d", i)
		fmt.Fprintf(&list, "%q, ", dir)
		manifest := fmt.Sprintf("[package]\nname = \"member-%03d\"\nversion.workspace = true\nedition.workspace = true\n[dependencies]\n", i)
		fmt.Fprintf(&lock, "\n[[package]]\nname = \"member-%03d\"\nversion = \"0.1.0\"\ndependencies = [\n", i)
		for j := range 4 {
			manifest += fmt.Sprintf("crate-%03d = { version = \"1\", features = [\"std\"] }\n", i*4+j)
			fmt.Fprintf(&lock, " \"crate-%03d\",\n", i*4+j)
		}
		if i+1 < members {
			manifest += fmt.Sprintf("member-%03d = { path = \"../member-%03d\" }\n", i+1, i+1)
			fmt.Fprintf(&lock, " \"member-%03d\",\n", i+1)
		}
		lock.WriteString("]\n")
		files[dir+"/Cargo.toml"] = &fstest.MapFile{Data: []byte(manifest)}
		files[dir+"/src/lib.rs"] = &fstest.MapFile{}
	}
	files["crates/member-000/src/main.rs"] = &fstest.MapFile{}
	files["Cargo.toml"] = &fstest.MapFile{Data: []byte("[workspace]\nresolver = \"2\"\nmembers = [" + list.String() + "]\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2021\"\n")}
	files["Cargo.lock"] = &fstest.MapFile{Data: []byte(lock.String())}
	return files
}

// BenchmarkPlan makes the plan of a large workspace. It is to stay under 200 ms
// and 64 MB, since every build waits for it.
func BenchmarkPlan(b *testing.B) {
	files := generated()
	ws := load(b, files)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := makePlan(ws, newSettings(), amd64()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoadAndPlan reads the workspace as well.
func BenchmarkLoadAndPlan(b *testing.B) {
	files := generated()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := makePlan(load(b, files), newSettings(), amd64()); err != nil {
			b.Fatal(err)
		}
	}
}

// Grouping must not be felt: 600 packages is more than any project of the
// benchmark has.
func BenchmarkGroup(b *testing.B) {
	nodes := randomNodes(rand.New(rand.NewPCG(5, 6)), 600, 6)
	for b.Loop() {
		graph.Group(graphOf(nodes), 24, graph.Sparing(len(nodes)))
	}
}
