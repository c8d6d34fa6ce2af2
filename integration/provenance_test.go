package integration

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slsa is what the tests read of a provenance document.
// https://slsa.dev/spec/v1.0/provenance
type slsa struct {
	BuildDefinition struct {
		ResolvedDependencies []struct {
			URI    string
			Digest map[string]string
		}
	}
	RunDetails struct {
		Metadata struct {
			Hermetic     bool                                `json:"buildkit_hermetic"`
			Completeness struct{ ResolvedDependencies bool } `json:"buildkit_completeness"`
			BuildKit     struct {
				VCS    map[string]string
				Source struct{ Infos []struct{ Filename string } }
			} `json:"buildkit_metadata"`
		}
	}
}

// provenance reads the only attestation of the image's layout.
func (r *result) provenance() *slsa {
	r.t.Helper()
	list, _ := r.attestations()
	if len(list) != 1 {
		r.t.Fatalf("the image has the attestations %v, want provenance alone", list)
	}
	return r.readProvenance(list[0])
}

// readProvenance reads a statement that must be provenance.
func (r *result) readProvenance(s statement) *slsa {
	r.t.Helper()
	if s.PredicateType != "https://slsa.dev/provenance/v1" {
		r.t.Fatalf("the attestation is of type %q, want provenance", s.PredicateType)
	}
	doc := &slsa{}
	check(r.t, json.Unmarshal(s.Predicate, doc))
	return doc
}

// materials are the dependencies below a URL, with their digests.
func (s *slsa) materials(below string) map[string]string {
	out := map[string]string{}
	for _, d := range s.BuildDefinition.ResolvedDependencies {
		if strings.HasPrefix(d.URI, below) {
			for _, digest := range d.Digest {
				out[d.URI] = digest
			}
		}
	}
	return out
}

// withProvenance are the options of a build with all that provenance can say.
func withProvenance(more ...string) map[string]string {
	attrs := map[string]string{"attest:provenance": "mode=max"}
	for i := 0; i < len(more); i += 2 {
		attrs[more[i]] = more[i+1]
	}
	return attrs
}

// Provenance lists every crate that is locked, with its checksum, and says from
// which of the user's files the steps come.
func TestProvenance(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "layers"), r.values)
		want, lock := map[string]string{}, p.read("Cargo.lock")
		for crate, checksum := range r.values {
			if i := strings.LastIndex(crate, "-"); i > 0 && strings.Contains(lock, checksum) {
				want[r.url+"/dl/"+crate[:i]+"/"+crate[i+1:]] = checksum
			}
		}
		if len(want) < 7 {
			t.Fatalf("the lock file has the crates %v alone", want)
		}
		doc := b.build(t, build{dir: p.dir, attrs: withProvenance("vcs:source", "https://example.com/app.git", "vcs:revision", "abc")}).provenance()
		if diff := cmp.Diff(want, doc.materials(r.url+"/dl/")); diff != "" {
			t.Errorf("crates (-want +got):\n%s", diff)
		}
		if doc.RunDetails.Metadata.Hermetic {
			t.Error("a build of files that nobody else has is said to be hermetic")
		}
		vcs := map[string]string{"source": "https://example.com/app.git", "revision": "abc"}
		if b.driver == inProcess {
			vcs = nil // the daemon knows no options of a frontend that it does not run
		}
		if diff := cmp.Diff(vcs, doc.RunDetails.Metadata.BuildKit.VCS); diff != "" {
			t.Errorf("version control (-want +got):\n%s", diff)
		}
		files := map[string]bool{}
		for _, info := range doc.RunDetails.Metadata.BuildKit.Source.Infos {
			files[info.Filename] = true
		}
		if !files["Cargo.toml"] || !files["Cargo.lock"] {
			t.Errorf("the steps come from %v, want the manifest and the lock file", files)
		}
	})
}

// A build of a git context is hermetic: all that goes into it is in the list, and
// no step has a network.
func TestProvenanceHermetic(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		url, commit := newGitServer(t).repo("project", newProject(t, testdata(t, "workspace"), r.values).dir, nil)
		for _, layers := range []string{"1", "crate"} {
			attrs := withProvenance("context", url+"#main", "filename", "Cargo.toml", "target", "app", "build-arg:layers", layers)
			doc := b.build(t, build{attrs: attrs}).provenance()
			if m := doc.RunDetails.Metadata; !m.Hermetic || !m.Completeness.ResolvedDependencies {
				t.Errorf("layers=%s: hermetic %v, complete %v", layers, m.Hermetic, m.Completeness.ResolvedDependencies)
			}
			want := map[string]string{url + "#main": commit}
			if diff := cmp.Diff(want, doc.materials(url)); diff != "" {
				t.Errorf("layers=%s: context (-want +got):\n%s", layers, diff)
			}
			if got := doc.materials(r.url)[r.url+"/dl/leaf/1.0.0"]; got != r.values["leaf-1.0.0"] {
				t.Errorf("layers=%s: leaf has the digest %q", layers, got)
			}
		}
	})
}

// buildx says which commit a tree is at; it is in the provenance, and in labels
// when the user has buildx set them.
func TestBuildxVersionControl(t *testing.T) {
	x := newBuildx(t, newBed(t, gateway))
	p := copyProject(t, exampleHello)
	git(t, p.dir, "init", "-q", "-b", "main")
	git(t, p.dir, "remote", "add", "origin", "https://example.com/hello.git")
	git(t, p.dir, "add", "--all")
	git(t, p.dir, "commit", "-q", "-m", "test")
	commit := strings.TrimSpace(git(t, p.dir, "rev-parse", "HEAD"))
	x.env = append(x.env, append(gitEnv(), "BUILDX_GIT_LABELS=full")...)
	out := filepath.Join(t.TempDir(), "image")
	if log, status := x.build(p.dir, "--provenance=mode=max", "--output", "type=oci,tar=false,dest="+out); status != 0 {
		t.Fatalf("buildx: %s", log)
	}
	res := &result{t: t, layout: out}
	want := map[string]string{"source": "https://example.com/hello.git", "revision": commit, "localdir:context": ".", "localdir:dockerfile": "."}
	if diff := cmp.Diff(want, res.provenance().RunDetails.Metadata.BuildKit.VCS); diff != "" {
		t.Errorf("version control (-want +got):\n%s", diff)
	}
	labels := maps.Clone(readImage(t, out).config.Config.Labels)
	if labels["org.opencontainers.image.revision"] != commit || labels["org.opencontainers.image.source"] != "https://example.com/hello.git" ||
		labels["org.opencontainers.image.title"] != "hello" {
		t.Errorf("labels %v", labels)
	}
}

// A step that fails shows the line that names what it compiles.
func TestFailedStepShowsItsPackage(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, layers := range []string{"1", "crate"} {
			t.Run("layers="+layers, func(t *testing.T) {
				r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
				p := newProject(t, testdata(t, "workspace"), r.values)
				attrs := target("app")
				attrs["build-arg:layers"] = layers
				p.add("crates/app/src/main.rs", "compile_error!(\"here\");\n")
				res := b.fail(t, build{dir: p.dir, attrs: attrs})
				mustShow(t, res.mustSay("exit code"), "crates/app/Cargo.toml", `name = "app"`)
			})
		}
		t.Run("member", func(t *testing.T) {
			r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
			p := newProject(t, testdata(t, "workspace"), r.values)
			p.add("crates/base/src/lib.rs", "compile_error!(\"here\");\n")
			attrs := target("app")
			attrs["build-arg:layers"] = "crate"
			mustShow(t, b.fail(t, build{dir: p.dir, attrs: attrs}).mustSay("exit code"), "crates/base/Cargo.toml", `name = "base"`)
		})
	})
}
