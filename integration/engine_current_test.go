package integration

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// A current Docker Engine runs the frontend in its own BuildKit, with either of
// its image stores.
func TestCurrentDockerEngine(t *testing.T) {
	b := newBed(t, gateway)
	for _, tt := range []struct {
		store      string
		containerd bool
		own        func(*testing.T, *bed, *engine)
	}{
		{"graph driver", false, graphDriverStore},
		{"containerd", true, containerdStore},
	} {
		t.Run(tt.store, func(t *testing.T) {
			e := newEngine(t, b, currentEngine(b, tt.containerd))
			e.loadAll(b)
			runsTheFrontend(t, b, e)
			answersAsBuildKit(t, e)
			tt.own(t, b, e)
		})
	}
}

// answersAsBuildKit is what a current engine does with both stores.
func answersAsBuildKit(t *testing.T, e *engine) {
	t.Helper()
	for _, tt := range []struct {
		reason, dir string
		args        []string
		status      int
		say         string
	}{
		{"check", exampleHello, []string{"--check"}, 0, "Check complete, no warnings found."},
		{"check with findings", flawed(t).dir, []string{"--check", "--target", "server"}, 1, "5 warnings have been found"},
		{"targets", exampleHello, []string{"--call=targets"}, 0, "binary of hello: Greets the world"},
		{"outline", exampleHello, []string{"--call=outline"}, 0, "How many steps compile the dependencies"},
		{"unused argument", exampleHello, []string{"--build-arg", "WHATEVER=1"}, 0, "build argument WHATEVER is not used"},
		{"misspelt setting", exampleHello, []string{"--build-arg", "profle=dev"}, 1, `did you mean "profile"`},
		{"image as a context", exampleHello, []string{"--build-context", "toolchain=docker-image://" + engineToolchain}, 0, "naming to docker.io/library/by-context"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			out, status := e.in(t).build(tt.dir, append(tt.args, "-t", "by-context")...)
			if status != tt.status || !strings.Contains(out, tt.say) {
				t.Errorf("exit status %d, want %d and %q: %s", status, tt.status, tt.say, out)
			}
		})
	}
	t.Run("member steps", func(t *testing.T) {
		e := e.in(t)
		p := copyProject(t, "../examples/workspace")
		p.add("server/src/main.rs", "\n// an edit\n")
		out, status := e.build(p.dir, "--target", "server")
		if status != 0 || !strings.Contains(out, "Compiling server ") || strings.Contains(out, "Compiling common ") {
			t.Errorf("exit status %d, or the edit compiles something else: %s", status, out)
		}
	})
	t.Run("git context", func(t *testing.T) {
		e := e.in(t)
		url, _ := newGitServer(t).repo("project", copyProject(t, exampleHello).dir, nil)
		out, status := e.docker(slices.Concat(e.builds, []string{
			"--progress=plain", "--build-arg", "toolchain=" + engineToolchain, "-f", "Cargo.toml", "-t", "from-git", url + "#main",
		})...)
		if status != 0 {
			t.Fatalf("docker buildx build: %s", out)
		}
		if got := e.says("from-git"); got != "Hello, world! (x1)\n" {
			t.Errorf("the program says %q", got)
		}
	})
	t.Run("sbom as a file", func(t *testing.T) {
		out := t.TempDir()
		if log, status := e.in(t).build(exampleHello, "--target", "sbom", "-o", out); status != 0 {
			t.Fatalf("docker buildx build: %s", log)
		}
		data, err := os.ReadFile(filepath.Join(out, "sbom.spdx.json"))
		check(t, err)
		if !strings.Contains(string(data), "pkg:cargo/anyhow@") {
			t.Errorf("the SBOM lacks a dependency: %s", data)
		}
	})
}

// graphDriverStore is what is different in the store of older engines.
func graphDriverStore(t *testing.T, b *bed, e *engine) {
	for _, tt := range []struct {
		reason string
		args   []string
		say    string
	}{
		{"sbom", []string{"--sbom=true"}, "Attestation is not supported for the docker driver"},
		{"provenance", []string{"--provenance=true"}, "Attestation is not supported for the docker driver"},
		{"cache export", []string{"--cache-to", "type=local,dest=" + t.TempDir()}, "Cache export is not supported for the docker driver"},
		{"platforms", []string{"--platform", "linux/amd64,linux/arm64"}, "Multi-platform build is not supported for the docker driver"},
		{"layout as an output", []string{"-o", "type=oci,dest=" + filepath.Join(t.TempDir(), "x")}, "OCI exporter is not supported for the docker driver"},
		{"layout as a context", []string{"--build-context", "toolchain=oci-layout://" + b.toolchain.dir + "@" + b.toolchain.digest}, "unknown scheme oci-layout"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if out, status := e.in(t).build(exampleHello, tt.args...); status == 0 || !strings.Contains(out, tt.say) {
				t.Errorf("exit status %d, want %q: %s", status, tt.say, out)
			}
		})
	}
	t.Run("image", func(t *testing.T) {
		e := e.in(t)
		if out, status := e.build(exampleHello, "-t", "same"); status != 0 {
			t.Fatalf("docker buildx build: %s", out)
		}
		want := readImage(t, b.build(t, build{dir: exampleHello}).layout).config
		var layers []digest.Digest
		e.inspect("same", ".RootFS.Layers", &layers)
		if !slices.Equal(layers, want.RootFS.DiffIDs) {
			t.Errorf("the layers are %v, those of a new BuildKit %v", layers, want.RootFS.DiffIDs)
		}
		history := e.must("history", "--no-trunc", "--human=false", "--format", "{{.CreatedAt}}", "same")
		for line := range strings.Lines(history) {
			if !strings.HasPrefix(line, "1970-01-01") {
				t.Errorf("a layer is dated %s", line)
			}
		}
		var id string
		e.inspect("same", ".Id", &id)
		if out, status := e.build(exampleHello, "--no-cache", "-t", "again"); status != 0 {
			t.Fatalf("docker buildx build: %s", out)
		}
		var again string
		if e.inspect("again", ".Id", &again); id != again || id == "" {
			t.Errorf("the image is %s, and %s when it is built again", id, again)
		}
	})
}

// containerdStore is what the store of containerd adds.
func containerdStore(t *testing.T, b *bed, e *engine) {
	toolchain := []string{"--build-context", "toolchain=oci-layout://" + b.toolchain.dir + "@" + b.toolchain.digest}
	t.Run("image", func(t *testing.T) {
		e := e.in(t)
		if out, status := e.build(exampleHello, "--provenance=false", "-t", "same"); status != 0 {
			t.Fatalf("docker buildx build: %s", out)
		}
		var id string
		e.inspect("same", ".Id", &id)
		if want := b.build(t, build{dir: exampleHello}); id != want.digest {
			t.Errorf("the image is %s, that of a new BuildKit %s", id, want.digest)
		}
	})
	// layout builds an OCI layout.
	layout := func(t *testing.T, args ...string) *result {
		t.Helper()
		out := filepath.Join(t.TempDir(), "image")
		log, status := e.in(t).build(exampleHello, slices.Concat(toolchain, args, []string{"-o", "type=oci,tar=false,dest=" + out})...)
		if status != 0 {
			t.Fatalf("docker buildx build: %s", log)
		}
		return &result{t: t, layout: out}
	}
	t.Run("sbom", func(t *testing.T) {
		if got := layout(t, "--sbom=true", "--provenance=false").sbom().linked(); len(got) != 3 {
			t.Errorf("the SBOM lists %q", got)
		}
	})
	t.Run("provenance", func(t *testing.T) {
		list, _ := layout(t, "--provenance=mode=max").attestations()
		if len(list) != 1 || !strings.HasPrefix(list[0].PredicateType, "https://slsa.dev/provenance/") || !strings.Contains(string(list[0].Predicate), "/anyhow/") {
			t.Errorf("no provenance that names a crate: %+v", list)
		}
	})
	t.Run("run with attestations", func(t *testing.T) {
		e := e.in(t)
		if log, status := e.build(exampleHello, "--sbom=true", "--provenance=mode=max", "-t", "attested"); status != 0 {
			t.Fatalf("docker buildx build: %s", log)
		}
		if got := e.says("attested"); got != "Hello, world! (x1)\n" {
			t.Errorf("the program says %q", got)
		}
	})
	t.Run("cache export", func(t *testing.T) {
		e := e.in(t)
		cache := t.TempDir()
		if log, status := e.build(exampleHello, "--cache-to", "mode=max,type=local,dest="+cache); status != 0 {
			t.Fatalf("docker buildx build: %s", log)
		}
		e.must("builder", "prune", "--all", "--force")
		log, status := e.build(exampleHello, "--cache-from", "type=local,src="+cache)
		if status != 0 || strings.Contains(log, "Compiling itoa ") || strings.Contains(log, "Compiling anyhow ") {
			t.Errorf("exit status %d, or a dependency is compiled in spite of the cache: %s", status, log)
		}
	})
	t.Run("platforms", func(t *testing.T) {
		// The toolchain of the test bed has one platform: the other is asked of it.
		log, status := e.in(t).build(exampleHello, "--platform", "linux/amd64,linux/arm64")
		if status == 0 || !strings.Contains(log, "no standard library for "+otherTriple()) {
			t.Errorf("exit status %d: %s", status, log)
		}
	})
}
