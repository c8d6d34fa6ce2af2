package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A header on line 1 of Cargo.toml is enough for the daemon's own Dockerfile
// frontend, which is what `docker build` asks for, to pass the build on.
func TestHeader(t *testing.T) {
	b := newBed(t, gateway)
	res := b.build(t, build{
		dir: exampleHello, frontend: "dockerfile.v0",
		attrs: map[string]string{"filename": "Cargo.toml"},
	})
	if got := res.run("hello"); got != "Hello, world! (x1)\n" {
		t.Errorf("the program says %q", got)
	}
}

// Words behind the image in the header are settings.
func TestHeaderSettings(t *testing.T) {
	b := newBed(t, gateway)
	p := copyProject(t, exampleHello)
	p.replace("Cargo.toml", "syntax=org/rust-frontend", "syntax=org/rust-frontend image.user=1234")
	res := b.build(t, build{
		dir: p.dir, frontend: "dockerfile.v0",
		attrs: map[string]string{"filename": "Cargo.toml"},
	})
	if got := readImage(t, res.layout).config.Config.User; got != "1234" {
		t.Errorf("user %q", got)
	}
}

// BUILDKIT_SYNTAX names the frontend for a file without a header.
func TestSyntaxArgument(t *testing.T) {
	b := newBed(t, gateway)
	p := copyProject(t, exampleHello)
	p.replace("Cargo.toml", "# syntax=org/rust-frontend\n", "")
	res := b.build(t, build{
		dir: p.dir, frontend: "dockerfile.v0",
		attrs: map[string]string{"filename": "Cargo.toml"},
		args:  map[string]string{"BUILDKIT_SYNTAX": frontendRef},
	})
	if got := res.run("hello"); got != "Hello, world! (x1)\n" {
		t.Errorf("the program says %q", got)
	}
}

// The command of the README, with buildx: from the header, and by argument.
func TestBuildx(t *testing.T) {
	x := newBuildx(t, newBed(t, gateway))
	t.Run("sbom", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "image")
		log, status := x.build(exampleHello, "--sbom=true", "--provenance=false", "-t", "example.com/hello", "--output", "type=oci,tar=false,dest="+out)
		if status != 0 {
			t.Fatalf("buildx: %s", log)
		}
		doc := (&result{t: t, layout: out}).sbom()
		if doc.Subjects != 1 {
			t.Errorf("the SBOM is about %d images", doc.Subjects)
		}
		if got := doc.linked(); len(got) != 3 || !strings.HasPrefix(got[1], "hello ") || strings.Contains(log, "scanner") {
			t.Errorf("the SBOM lists %q\n%s", got, log)
		}
	})
	headerless := copyProject(t, exampleHello)
	headerless.replace("Cargo.toml", "# syntax=org/rust-frontend\n", "")
	for _, tt := range []struct {
		reason string
		dir    string
		args   []string
	}{
		{"header", exampleHello, nil},
		{"BUILDKIT_SYNTAX", headerless.dir, []string{"--build-arg", "BUILDKIT_SYNTAX=" + frontendRef}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			if log, status := x.build(tt.dir, append(tt.args, "--output", "type=local,dest="+out)...); status != 0 {
				t.Fatalf("buildx: %s", log)
			}
			check(t, os.Chmod(out, 0o755)) // the client makes it for its user alone
			got, err := inRoot(out, unprivileged, "/usr/local/bin/hello")
			if err != nil || got != "Hello, world! (x1)\n" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
