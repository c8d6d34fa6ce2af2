package cargo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func none(*Package) bool { return false }

func packageNamed(t *testing.T, ws *Workspace, name string) *Package {
	t.Helper()
	for _, p := range ws.Packages {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("there is no package %s", name)
	return nil
}

func resolve(t *testing.T, ws *Workspace) *Graph {
	t.Helper()
	g, err := ws.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// lockedNames lists packages as NAME, with the version when it is not the only
// one of that name.
func lockedNames(l *Lock, indices []int) string {
	count := map[string]int{}
	for _, p := range l.Packages {
		count[p.Name]++
	}
	var out []string
	for _, i := range indices {
		p := l.Packages[i]
		name := p.Name
		if count[name] > 1 {
			name += "-" + p.Version
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestClosure(t *testing.T) {
	for _, c := range []struct {
		reason, root string
		dev          bool
		edit         []string
		want         string
	}{
		{"dev-dependencies are left out, optional ones are not", "app", false, nil,
			"app cc extra hook inner lib serde syn-1.0.109 syn-2.0.119 tool unicode-ident winapi"},
		{"dev-dependencies of the packages that are asked for", "app", true, nil,
			"app cc extra hook inner itoa lib serde syn-1.0.109 syn-2.0.119 tool unicode-ident winapi"},
		{"other members stay out", "lib", true, nil, "extra lib serde"},
		{"a dev-dependency on a member leads to nothing", "lib", false,
			[]string{"default-features = false }", "default-features = false }\n[dev-dependencies]\napp = { path = \"../app\" }", " \"extra\",\n]", " \"app\",\n \"extra\",\n]"},
			"extra lib serde"},
		{"a package that is replaced stays, beside its replacement", "lib", false,
			[]string{"version = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
				"version = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nreplace = \"hook\"\n"},
			"extra hook lib serde"},
	} {
		ws := loadEdited(t, locked, c.edit...)
		g := resolve(t, ws)
		root := packageNamed(t, ws, c.root)
		got := g.Closure([]*Package{root}, func(p *Package) bool { return c.dev && p == root })
		if diff := cmp.Diff(c.want, lockedNames(g.Lock, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestResolveEdges(t *testing.T) {
	ws := loadEdited(t, locked)
	g := resolve(t, ws)
	got := map[string]string{}
	for _, p := range ws.Packages {
		for k, i := range g.Edges[p] {
			d := p.Dependencies[k]
			key := p.Name + " " + string(d.Kind) + " " + d.Key
			got[key] = "-"
			if i >= 0 {
				got[key] = g.Lock.Packages[i].Name + " " + g.Lock.Packages[i].Version
			}
		}
	}
	want := map[string]string{
		"app normal inner":          "inner 1.4.0",
		"app normal lib":            "lib 0.2.0",
		"app normal serde":          "serde 1.0.200",
		"app normal syn":            "syn 2.0.119",
		"app normal syn1":           "syn 1.0.109",
		"app normal tool":           "tool 0.1.0",
		"app normal winapi":         "winapi 0.3.9",
		"app build cc":              "cc 1.2.0",
		"app dev app":               "app 0.1.0",
		"app dev itoa":              "itoa 1.0.19",
		"lib normal extra":          "extra 0.3.0",
		"extra normal serde":        "serde 1.0.200",
		"extra normal rayon":        "-",
		"extra dev criterion":       "-",
		"unicode-ident normal hook": "hook 0.1.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResolvePicksTheNewest(t *testing.T) {
	ws := loadEdited(t, locked, `syn = "2"`, `syn = ">=1"`)
	g := resolve(t, ws)
	app := packageNamed(t, ws, "app")
	for k, d := range app.Dependencies {
		if got := g.Lock.Packages[max(0, g.Edges[app][k])].Version; d.Key == "syn" && got != "2.0.119" {
			t.Errorf("syn is %s", got)
		}
	}
}

func TestTree(t *testing.T) {
	ws := loadEdited(t, locked)
	g := resolve(t, ws)
	names := func(packages []*Package) string {
		var out []string
		for _, p := range packages {
			out = append(out, p.Name)
		}
		return strings.Join(out, " ")
	}
	all := g.Closure([]*Package{packageNamed(t, ws, "app")}, none)
	if got, want := names(g.Tree(all)), "app extra hook lib unicode-ident"; got != want {
		t.Errorf("the tree has %s, want %s", got, want)
	}
	if got, want := names(g.BehindForeign(all)), "hook unicode-ident"; got != want {
		t.Errorf("behind crates are %s, want %s", got, want)
	}
	if got := g.BehindForeign(g.Closure([]*Package{packageNamed(t, ws, "lib")}, none)); len(got) != 0 {
		t.Errorf("behind crates are %s, want none", names(got))
	}
}

func TestWriteLockLeavesOutDevDependencies(t *testing.T) {
	ws := loadEdited(t, locked)
	g := resolve(t, ws)
	all := g.Closure([]*Package{packageNamed(t, ws, "app")}, none)
	got := string(g.WriteLock(all, none, func(i int) string { return g.Lock.Packages[i].Version }))
	for _, gone := range []string{"\"app\",", "itoa"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s is in the lock file:\n%s", gone, got)
		}
	}
	if _, err := ReadLock(lockFile(got), "Cargo.lock"); err != nil {
		t.Error(err)
	}
}

func BenchmarkCheckLock(b *testing.B) {
	ws, err := Load(generate(50, 1000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := ws.CheckLock(); err != nil {
			b.Fatal(err)
		}
	}
}
