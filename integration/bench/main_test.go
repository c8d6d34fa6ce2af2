package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
)

func TestParse(t *testing.T) {
	env := func(key string) string {
		return map[string]string{"TOOLCHAIN_LAYOUT": "/t", "TOOLCHAIN_DIGEST": "sha256:00", "TESTBED_BIN": "/b"}[key]
	}
	s, err := parse([]string{"-scenarios", "edit,cold", "-peers", "this,cargo", "-runs", "3"}, env)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{scenarioCold, scenarioEdit}, {peerCargo, peerThis}}, [][]string{s.scenarios, s.peers}); diff != "" {
		t.Errorf("lists are put into the order of the table (-want +got):\n%s", diff)
	}
	if s, err = parse([]string{"-peers", "chef,this:32,this,this:crate"}, env); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{peerThis, "this:32", "this:crate", peerChef}, s.peers); diff != "" {
		t.Errorf("this frontend can be measured with several numbers of layers (-want +got):\n%s", diff)
	}
	for _, tc := range []struct {
		reason, want string
		args         []string
		env          func(string) string
	}{
		{"an unknown peer lists those there are", "cache-mount", []string{"-peers", "docker"}, env},
		{"an unknown scenario lists those there are", "nochange", []string{"-scenarios", "hot"}, env},
		{"no runs", "-runs 0", []string{"-runs", "0"}, env},
		{"a stray argument", "fd", []string{"fd"}, env},
		{"no test bed says how to get one", "make bench", nil, func(string) string { return "" }},
	} {
		if _, err := parse(tc.args, tc.env); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.reason, err, tc.want)
		}
	}
}

func TestProgress(t *testing.T) {
	vertex := func(name string, second int64, inputs int, cached bool, err string) *client.Vertex {
		at := time.Unix(second, 0)
		return &client.Vertex{
			Digest: digest.FromString(name), Name: name, Inputs: make([]digest.Digest, inputs),
			Started: &at, Completed: &at, Cached: cached, Error: err,
		}
	}
	const deps = "[deps] cargo build"
	ch := make(chan *client.SolveStatus, 2)
	started := vertex(deps, 1, 1, false, "")
	started.Completed = nil
	ch <- &client.SolveStatus{Vertexes: []*client.Vertex{started, {Digest: "sha256:1", Name: "[source] never started"}}}
	ch <- &client.SolveStatus{
		Vertexes: []*client.Vertex{
			vertex(deps, 1, 1, false, "exit code: 101"), vertex("[build 2/5] RUN cargo build", 2, 1, false, ""),
			vertex("[fetch] new 1.0.0", 1, 0, false, ""), vertex("[fetch] new 1.0.0", 2, 0, false, ""),
			vertex("[fetch] only its key 1.0.0", 1, 0, false, ""), vertex("[image] cached", 1, 1, true, ""),
			vertex("[fetch] cached 1.0.0", 1, 0, false, ""), vertex("[fetch] cached 1.0.0", 2, 0, true, ""),
			vertex("[deps] imported", 1, 1, true, ""), vertex("[deps] imported", 2, 0, false, ""),
			vertex("[internal] load build context", 1, 1, false, ""), vertex("exporting to oci image format", 1, 1, false, ""),
		},
		Logs: []*client.VertexLog{
			{Vertex: digest.FromString(deps), Data: []byte("   Compiling a v1.0.0\n   Compi")},
			{Vertex: digest.FromString(deps), Data: []byte("ling b v1.0.0\nerror: no b\n  here\n")},
		},
	}
	close(ch)
	p := newProgress()
	p.follow(ch)
	if got := p.ran(); got != 3 {
		t.Errorf("steps that ran: %d, want deps, build and the new crate", got)
	}
	if diff := cmp.Diff([]string{"a v1.0.0", "b v1.0.0"}, p.compiled()); diff != "" {
		t.Errorf("compiled (-want +got):\n%s", diff)
	}
	want := "[deps] cargo build: error: no b | here"
	if got := p.explain(os.ErrInvalid).Error(); got != want {
		t.Errorf("explain: %q, want %q", got, want)
	}
}

func TestTree(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, "in", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Cargo.toml", "a")
	write("src/main.rs", "b")
	write("src/target/mod.rs", "kept")
	write("target/.rustc_info.json", "dropped")
	write(".git/HEAD", "dropped")
	tr, err := newTree(&project{dir: filepath.Join(dir, "in")}, filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	content := func() map[string]string {
		sizes, err := blobs(tr.dir)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for name := range sizes {
			data, err := os.ReadFile(filepath.Join(tr.dir, name))
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(data)
		}
		return out
	}
	for _, files := range []map[string]string{{"Cargo.toml": "x"}, {"src/main.rs": "y"}, nil} {
		if err := tr.change(files); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"Cargo.toml": "a", "src/main.rs": "b", "src/target/mod.rs": "kept"}
		for name, text := range files {
			want[name] = text
		}
		if diff := cmp.Diff(want, content()); diff != "" {
			t.Errorf("the tree is the original and the change, without what builds leave (-want +got):\n%s", diff)
		}
	}
}
