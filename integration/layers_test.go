package integration

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/plan"
)

const layersSay = "leaf 1.0.0 sweet, leaf 2.0.0, shared mid over leaf 1.0.0 sweet, made of leaf 1.0.0 sour, HEY, true"

// compiled lists the packages whose step in the crate graph was executed,
// sorted.
func (r *result) compiled() []string {
	var out []string
	for _, v := range r.vertices {
		if names, ok := strings.CutPrefix(v.name, "[deps] compile "); ok && v.ran() {
			out = append(out, strings.Split(names, ", ")...)
		}
	}
	slices.Sort(out)
	return out
}

// nothingTwice makes sure that no package was compiled a second time, in a
// layer or in the end.
func (r *result) nothingTwice() {
	r.t.Helper()
	for _, w := range r.warnings {
		// Else it is a rule of the linter, or about what no step can have.
		if w.URL == "" && !strings.Contains(string(w.Short), " looks for .git, ") {
			r.t.Errorf("warning: %s", w.Short)
		}
	}
	for _, v := range r.vertices {
		if strings.Contains(v.log.String(), "was compiled again") {
			r.t.Errorf("%s: %s", v.name, v.log.String())
		}
	}
}

// binary gives the bytes of a binary of the image.
func (r *result) binary(name string) []byte {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.files(), "usr/local/bin", name))
	check(r.t, err)
	return data
}

// Whatever the profile does to the hashes of cargo, one step for each crate
// makes the same binary as one step for all, and nothing is compiled twice.
func TestLayersProfiles(t *testing.T) {
	tests := []struct{ reason, profile string }{
		{"no LTO", ""},
		{"a profile of the project's own", "[profile.small]\ninherits = \"release\"\nopt-level = \"z\"\n"},
		{"LTO off", "lto = \"off\"\n"},
		{"thin LTO", "lto = \"thin\"\n"},
		{"fat LTO", "lto = true\ncodegen-units = 1\n"},
		{"panic=abort", "lto = true\npanic = \"abort\"\n"},
		{"build-override", "[profile.release.build-override]\nopt-level = 2\ndebug = true\n"},
		{"a profile for one package", "[profile.release.package.leaf]\nopt-level = 3\n[profile.release.package.\"*\"]\nopt-level = 2\n"},
		{"debug information", "debug = 1\n"},
	}
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	for _, tt := range tests {
		for name, says := range map[string]string{"layers": layersSay, "members": membersSay} {
			t.Run(tt.reason+"/"+name, func(t *testing.T) {
				t.Parallel()
				p := newProject(t, testdata(t, name), r.values)
				p.add("Cargo.toml", tt.profile)
				args := map[string]string{"layers": "1"}
				if strings.Contains(tt.profile, "small") {
					args["profile"] = "small"
				}
				one := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
				args["layers"] = "crate"
				each := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
				each.nothingTwice()
				if got := strings.TrimSpace(each.run("app")); got != says {
					t.Errorf("the program says %q, want %q", got, says)
				}
				if !bytes.Equal(one.binary("app"), each.binary("app")) {
					t.Error("the binary differs from that of one step")
				}
				if one.digest != each.digest {
					t.Errorf("the image is %s, that of one step %s", each.digest, one.digest)
				}
			})
		}
	}
}

// An edit compiles what stands on it and nothing else.
func TestLayersRebuild(t *testing.T) {
	tests := []struct {
		reason string
		change func(*project, *registry)
		want   []string
		says   string
	}{
		{"nothing", func(*project, *registry) {}, nil, layersSay},
		{"the source", func(p *project, _ *registry) { p.replace("src/main.rs", `"{}, {}`, `"{} and {}`) }, nil,
			strings.Replace(layersSay, ",", " and", 1)},
		{"a crate low in the graph", bumpLeaf, leafBumped(),
			"leaf 1.0.1, leaf 2.0.0, shared mid over leaf 1.0.1, made of leaf 1.0.1, HEY, true"},
		{"a crate that another platform needs", func(p *project, r *registry) {
			p.replace("Cargo.lock", "name = \"deeper\"\nversion = \"1.0.0\"", "name = \"deeper\"\nversion = \"1.0.1\"")
			p.replace("Cargo.lock", r.values["deeper-1.0.0"], r.values["deeper-1.0.1"])
		}, nil, layersSay},
		{"a new crate", func(p *project, r *registry) {
			p.replace("Cargo.toml", "[build-dependencies]", "other = { package = \"sparkling\", version = \"1\" }\n[build-dependencies]")
			p.replace("Cargo.lock", " \"shout\",\n", " \"shout\",\n \"sparkling\",\n")
			p.add("Cargo.lock", locked(r, "sparkling", "1.0.0"))
		}, []string{"sparkling 1.0.0"}, layersSay},
		{"a crate less", func(p *project, _ *registry) {
			p.replace("Cargo.toml", "maker = \"1\"\n", "")
			p.replace("Cargo.lock", " \"maker\",\n", "")
			p.replace("build.rs", "maker::make()", "\"nothing\"")
			lock := p.read("Cargo.lock")
			at := strings.Index(lock, "[[package]]\nname = \"maker\"")
			end := at + strings.Index(lock[at:], "\n\n") + 2
			p.write("Cargo.lock", lock[:at]+lock[end:])
			// leaf was compiled for the build script too
		}, []string{"leaf 1.0.0", "mid 1.0.0", "shared 1.0.0"}, strings.Replace(layersSay, "made of leaf 1.0.0 sour", "nothing", 1)},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		base := newProject(t, testdata(t, "layers"), r.values)
		args := map[string]string{"layers": "crate"}
		all := []string{"leaf 1.0.0", "leaf 2.0.0", "maker 1.0.0", "mid 1.0.0", "scripted 1.0.0", "shared 1.0.0", "shout 1.0.0"}
		if got := b.build(t, build{dir: base.dir, args: args}).compiled(); !slices.Equal(got, all) {
			t.Fatalf("the first build compiles %q, want %q", got, all)
		}
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := copyProject(t, base.dir)
				tt.change(p, r)
				res := b.build(t, build{dir: p.dir, args: args})
				res.nothingTwice()
				if got := res.compiled(); !slices.Equal(got, tt.want) {
					t.Errorf("compiles %q, want %q\n%s", got, tt.want, res.log())
				}
				if got := strings.TrimSpace(res.run("app")); got != tt.says {
					t.Errorf("the program says %q, want %q", got, tt.says)
				}
			})
		}
	})
}

// Another project with the same crates takes its steps from the first.
func TestLayersAreShared(t *testing.T) {
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	args := map[string]string{"layers": "crate"}
	first := newProject(t, testdata(t, "layers"), r.values)
	b.build(t, build{dir: first.dir, args: args})
	second := copyProject(t, first.dir)
	for _, name := range []string{"Cargo.toml", "Cargo.lock"} {
		second.replace(name, "name = \"app\"\n", "name = \"sibling\"\n")
	}
	lock := second.read("Cargo.lock") // cargo sorts by name
	at := strings.Index(lock, "[[package]]\nname = \"sibling\"")
	end := at + strings.Index(lock[at:], "\n\n") + 2
	own := strings.TrimSpace(lock[at:end])
	shout := strings.Index(lock, "[[package]]\nname = \"shout\"")
	second.write("Cargo.lock", lock[:at]+lock[end:shout]+strings.TrimSpace(lock[shout:])+"\n\n"+own+"\n")
	second.replace("src/main.rs", "println!(", "println!(\"sibling\"); println!(")
	res := b.build(t, build{dir: second.dir, args: args})
	res.nothingTwice()
	if got := res.compiled(); len(got) > 0 {
		t.Errorf("the second project compiles %q", got)
	}
	if got := strings.TrimSpace(res.run("sibling")); got != "sibling\n"+layersSay {
		t.Errorf("the program says %q", got)
	}
}

// cacheOf builds, and gives the cache to import on another daemon.
func (b *bed) cacheOf(t *testing.T, req build) []client.CacheOptionsEntry {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cache")
	req.cacheTo = []client.CacheOptionsEntry{{Type: "local", Attrs: map[string]string{"dest": dir, "mode": "max"}}}
	b.build(t, req)
	return []client.CacheOptionsEntry{{Type: "local", Attrs: map[string]string{"src": dir}}}
}

// A daemon that starts from an imported cache compiles what was bumped and what
// stands on it.
func TestLayersImport(t *testing.T) {
	b, second := newBed(t, gateway), newDaemon(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "layers"), r.values)
	args := map[string]string{"layers": "crate"}
	from := b.cacheOf(t, build{dir: p.dir, args: args})
	p.replace("src/main.rs", `"{}, {}`, `"{} and {}`)
	bumpLeaf(p, r)
	res := second.build(t, build{dir: p.dir, args: args, cacheFrom: from})
	res.nothingTwice()
	if got := res.compiled(); !slices.Equal(got, leafBumped()) {
		t.Errorf("compiles %q, want %q\n%s", got, leafBumped(), res.log())
	}
	if got := strings.TrimSpace(res.run("app")); !strings.HasPrefix(got, "leaf 1.0.1 and leaf 2.0.0") {
		t.Errorf("the program says %q", got)
	}
}

// A daemon that has dropped a part of its cache makes that part again, and the
// rest fits.
func TestLayersAfterGarbageCollection(t *testing.T) {
	b := newDaemon(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "layers"), r.values)
	args := map[string]string{"layers": "crate"}
	b.build(t, build{dir: p.dir, args: args})
	dropped := 0
	usage, err := b.client.DiskUsage(t.Context())
	check(t, err)
	for _, u := range usage {
		if !strings.Contains(u.Description, "compile mid 1.0.0") {
			continue
		}
		freed := make(chan client.UsageInfo)
		go func() {
			for range freed {
				dropped++
			}
		}()
		check(t, b.client.Prune(t.Context(), freed, client.PruneAll, client.WithFilter([]string{"id==" + u.ID})))
		close(freed)
	}
	if dropped == 0 {
		t.Fatalf("nothing is dropped of %d records", len(usage))
	}
	p.replace("src/main.rs", `"{}, {}`, `"{} and {}`)
	res := b.build(t, build{dir: p.dir, args: args})
	res.nothingTwice()
	// BuildKit calls a step cached that it finds the key of and runs all the same.
	var got []string
	for line := range strings.Lines(res.log()) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "Compiling "); ok && !strings.Contains(name, "rust-frontend-unit") {
			got = append(got, strings.Fields(name)[0])
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"app", "mid"}) {
		t.Errorf("compiles %q, want app and mid alone\n%s", got, res.log())
	}
	if got := strings.TrimSpace(res.run("app")); got != strings.Replace(layersSay, ",", " and", 1) {
		t.Errorf("the program says %q", got)
	}
}

// bumpLeaf locks another version of a crate low in the graph.
func bumpLeaf(p *project, r *registry) {
	const rest = "\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \""
	p.replace("Cargo.lock", "\"1.0.0"+rest+r.values["leaf-1.0.0"], "\"1.0.1"+rest+r.values["leaf-1.0.1"])
	p.replace("Cargo.lock", "leaf 1.0.0", "leaf 1.0.1")
}

// leafBumped are the packages that stand on it.
func leafBumped() []string { return []string{"leaf 1.0.1", "maker 1.0.0", "mid 1.0.0", "shared 1.0.0"} }

// A toolchain whose cargo gives no unit graph compiles all dependencies in one
// step, and a warning says so.
func TestLayersWithoutUnitGraph(t *testing.T) {
	b := newBed(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "layers"), r.values)
	res := b.build(t, build{
		dir: p.dir, args: map[string]string{"layers": "crate"},
		wrap: func(c gwclient.Client) gwclient.Client { return noUnits{c} },
	})
	if len(res.warnings) != 1 || !strings.Contains(string(res.warnings[0].Short), "all dependencies are compiled in one step") {
		t.Errorf("warnings %v, want the one about layers", res.warnings)
	}
	res.mustRun("deps", "source")
	if got := res.compiled(); slices.Contains(got, "leaf 1.0.0") {
		t.Errorf("there are layers: %q", got)
	}
	if got := strings.TrimSpace(res.run("app")); got != layersSay {
		t.Errorf("the program says %q, want %q", got, layersSay)
	}
}

// noUnits hides the unit graph, as an old cargo does.
type noUnits struct{ gwclient.Client }

func (c noUnits) Solve(ctx context.Context, req gwclient.SolveRequest) (*gwclient.Result, error) {
	res, err := c.Client.Solve(ctx, req)
	if err == nil && req.Definition != nil && endsWith(req.Definition, "--unit-graph") {
		res.Ref = noUnitsRef{res.Ref}
	}
	return res, err
}

// endsWith says whether a definition results in what an exec with some text gives.
// The steps that the frontend reads are below the result of a build too.
func endsWith(def *pb.Definition, text string) bool {
	var end pb.Op
	if len(def.Def) == 0 || end.UnmarshalVT(def.Def[len(def.Def)-1]) != nil || len(end.Inputs) == 0 {
		return false
	}
	return slices.ContainsFunc(def.Def, func(op []byte) bool {
		return digest.FromBytes(op).String() == end.Inputs[0].Digest && bytes.Contains(op, []byte(text))
	})
}

type noUnitsRef struct{ gwclient.Reference }

func (r noUnitsRef) ReadFile(ctx context.Context, req gwclient.ReadRequest) ([]byte, error) {
	if path.Base(req.Filename) == plan.UnitsFile {
		return nil, nil
	}
	return r.Reference.ReadFile(ctx, req)
}
