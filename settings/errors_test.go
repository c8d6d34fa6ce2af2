package settings

import (
	"errors"
	"strings"
	"testing"

	"github.com/org/rust-frontend/cargo/document"
)

func TestLoadErrors(t *testing.T) {
	tests := []struct {
		table string // settings from line 7
		want  string
		line  int
	}{
		{`profil = "dev"`, `unknown setting "profil"; did you mean "profile"?`, 7},
		{`zzzzzzzzzzzzz = 1`, `unknown setting "zzzzzzzzzzzzz"; there are: package, bins, profile,`, 7},
		{"strip = \"none\"\nimage.usr = \"x\"", `unknown setting "image.usr"; did you mean "image.user"?`, 8},
		{`image.healthcheck.retry = 1`, `did you mean "image.healthcheck.retries"?`, 7},
		{`image = "debian"`, "image must be a table, not a string", 7},
		{`profile = 1`, "profile must be a string, not an integer", 7},
		{`profile = ""`, "profile must not be empty", 7},
		{`profile = "debug"`, `there is no profile "debug"; the one that writes target/debug is called "dev"`, 7},
		{`profile = "relase"`, `there is no profile "relase", did you mean "release"?`, 7},
		{`package = "other"`, `there is no package "other"`, 7},
		{`features = "a"`, `features must be a list of strings, as in ["a", "b"], not a string`, 7},
		{"features = [\n\"a\",\n1]", "features must be a list of strings, not an integer", 9},
		{`features = ["--all"]`, `features must be a name, not "--all"`, 7},
		{`all-features = "yes"`, "all-features must be true or false, not a string", 7},
		{`triple = "target.json"`, "triple must be a target triple", 7},
		{`toolchain = "docker-image://rust"`, "toolchain must be an image reference", 7},
		{`env = { "A B" = "x" }`, `env.A B has a name that is not one of an environment variable`, 7},
		{`env = { A = 1 }`, "env.A must be a string, not an integer", 7},
		{`env = { A = "\u0000" }`, "NUL", 7},
		{`inputs = ["/etc"]`, "inputs must be a path inside the build context", 7},
		{`inputs = ["a/../../b"]`, "inputs must be a path inside the build context", 7},
		{`inputs = ["!a"]`, "inputs cannot exclude files", 7},
		{`strip = "all"`, "strip must be one of none, debuginfo, symbols", 7},
		{`image.base = "Debian"`, "image.base must be an image reference", 7},
		{`image.user = ""`, "image.user must not be empty; write 0 for root", 7},
		{`image.user = "a b"`, "image.user must be a user or user:group", 7},
		{`image.user = "4294967295"`, "image.user must have numbers up to 2147483647", 7},
		{`image.user = "www-data"`, `knows the users root and nonroot, not "www-data"`, 7},
		{`image.entrypoint = "/app --serve"`, "image.entrypoint must be a list of strings", 7},
		{`image.workdir = "data"`, "image.workdir must be an absolute path", 7},
		{`image.volumes = ["/a", "b"]`, "image.volumes must be an absolute path", 7},
		{`image.volumes = ["/a/.."]`, "image.volumes must be below the root directory", 7},
		{`image.expose = [0]`, `image.expose must be ports`, 7},
		{`image.expose = ["10-9"]`, `image.expose must be ports`, 7},
		{`image.expose = ["80/http"]`, `image.expose must be ports`, 7},
		{`image.labels = { " " = "x" }`, "a label without a name", 7},
		{`image.stop-signal = "SIGTRM"`, "image.stop-signal must be a signal", 7},
		{`image.stop-signal = "65"`, "image.stop-signal must be a signal", 7},
		{`image.healthcheck.cmd = "true"`, "no shell to run a string; use a list", 7},
		{`image.healthcheck.interval = "5s"`, "image.healthcheck needs the key `cmd`", 7},
		{`image.healthcheck.interval = 30`, `image.healthcheck.interval must be a duration such as "30s" or "1m30s", not an integer`, 7},
		{`image.healthcheck.interval = "-1s"`, "0s or at least 1ms", 7},
		{`image.healthcheck.retries = -1`, "between 0 and 2147483647", 7},
		{`image.files = [{ from = "a" }]`, "image.files needs the key `to`", 7},
		{`image.files = [{ form = "a", to = "/a" }]`, `unknown setting "image.files.form"; did you mean "from"?`, 7},
		{`image.files = [{ from = "../a", to = "/a" }]`, "image.files.from must be a path inside the build context", 7},
		{`image.files = [{ from = "a", to = "a" }]`, "image.files.to must be an absolute path in the image", 7},
		{`image.files = [{ from = "a", to = "/a", mode = 755 }]`, `image.files.mode must be an octal mode such as "0755" or 0o755, not the decimal 755`, 7},
		{`image.files = [{ from = "a", to = "/a", mode = "0788" }]`, "must be an octal mode", 7},
		{`image.files = [{ from = "a", to = "/a", owner = "www" }]`, `knows the users root and nonroot, not "www"`, 7},
		{`image.tzdata = 1979-05-27`, "image.tzdata must be true or false, not a date", 7},
	}
	for _, tt := range tests {
		t.Run(tt.table, func(t *testing.T) {
			_, _, err := Load(load(t, single("[package.metadata.rust-frontend]\n"+tt.table)), Source{})
			wantError(t, err, tt.want, document.Position{File: "Cargo.toml", Line: tt.line})
		})
	}
}

func TestLoadArgumentErrors(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"profil", "dev", `unknown build argument "profil"; did you mean "profile"?`},
		{"PROFILE", "dev", `unknown build argument "PROFILE"; did you mean "profile"?`},
		{"IMAGE_USER", "0", `unknown build argument "IMAGE_USER"; did you mean "image.user"?`},
		{"default_features", "0", `did you mean "default-features"?`},
		{"image.user", "", "build argument image.user must not be empty"},
		{"image.tzdata", "yes", `build argument image.tzdata must be true or false, not "yes"`},
		{"image.healthcheck.retries", "x", "build argument image.healthcheck.retries must be an integer"},
		{"image.labels", "a", `must be NAME=VALUE pairs separated by commas, or a TOML table; "a" has no =`},
		{"image.labels", "{ a = 1 }", "build argument image.labels.a must be a string, not an integer"},
		{"image.labels", "[1]", "build argument image.labels must be a table of strings"},
		{"image.files", "a", "build argument image.files must be a TOML list of tables"},
		{"image.files", `[{ from = "a", to = "/a", mode = 755 }]`, "not the decimal 755"},
		{"bins", `["a"`, "build argument bins is not valid"},
		{"bins", "[\"a\"]\nb = 1", "build argument bins must be one TOML value"},
		{"bins", strings.Repeat("[", 100000), "build argument bins"},
		{"package", "other", `there is no package "other"`},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value[:min(len(tt.value), 20)], func(t *testing.T) {
			_, _, err := Load(load(t, single("")), Source{BuildArgs: map[string]string{tt.name: tt.value}})
			wantError(t, err, tt.want, document.Position{})
		})
	}
	_, _, err := Load(load(t, single("")), Source{Cmdline: map[string]string{"whatever": "x"}})
	wantError(t, err, `unknown syntax line argument "whatever"`, document.Position{})
}

func wantError(t *testing.T, err error, text string, at document.Position) {
	t.Helper()
	var positional *document.Error
	if !errors.As(err, &positional) {
		t.Fatalf("got %v, want a *document.Error", err)
	}
	if positional.File != at.File || positional.Line != at.Line {
		t.Errorf("at %s:%d, want %s:%d", positional.File, positional.Line, at.File, at.Line)
	}
	if !strings.Contains(positional.Msg, text) {
		t.Errorf("%q does not contain %q", positional.Msg, text)
	}
}

func TestLoadElsewhere(t *testing.T) {
	member := archive("-- Cargo.toml --\n[workspace]\nmembers = [\"a\"]\n-- a/Cargo.toml --\n[package]\nname = \"a\"\nversion = \"1.0.0\"\n[package.metadata.rust-frontend]\npackage = \"a\"\n-- a/src/main.rs --\n")
	_, _, err := Load(load(t, member), Source{})
	wantError(t, err, "`package` chooses among the members", document.Position{File: "a/Cargo.toml", Line: 5})

	_, _, err = Load(load(t, single("[package.metadata]\nrust-frontend = 1")), Source{})
	wantError(t, err, "package.metadata.rust-frontend must be a table of settings", document.Position{File: "Cargo.toml", Line: 7})

	file, perr := document.Parse("image.toml", []byte("profile = \"dev\"\n\n[image]\nuser = 0\n"))
	if perr != nil {
		t.Fatal(perr)
	}
	_, _, err = Load(load(t, single("")), Source{File: file})
	wantError(t, err, "image.user must be a string, not an integer", document.Position{File: "image.toml", Line: 4})

	custom := single("[profile.small]\ninherits = \"release\"\n[package.metadata.rust-frontend]\nprofile = \"small\"")
	if _, _, err := Load(load(t, custom), Source{}); err != nil {
		t.Errorf("a profile of the manifest: %v", err)
	}
}
