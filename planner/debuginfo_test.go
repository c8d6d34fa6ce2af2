package planner

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/settings"
)

// withProfile is a package with a profile.
func withProfile(t *testing.T, profile string) *cargo.Workspace {
	t.Helper()
	ws, err := cargo.Load(fstest.MapFS{
		"Cargo.toml":  {Data: []byte("[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n" + profile)},
		"Cargo.lock":  {Data: []byte("version = 4\n\n[[package]]\nname = \"tiny\"\nversion = \"0.1.0\"\n")},
		"src/main.rs": {Data: []byte("fn main() {}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// having is a toolchain with some programs.
func having(objcopy ...string) inputs {
	in := amd64()
	in.Probe = &answers.Probe{
		Cargo: "1.96.0", Rustc: "1.96.0", Targets: []string{"x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"}, Objcopy: objcopy,
	}
	return in
}

// What cargo is told of debug information and stripping, and what the source step
// does to the binary.
func TestDebugInfo(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		reason, profile string
		settings        settings.Settings
		strip           string // "" when nothing is kept apart
		env             []string
	}{
		{"no debug information", "", settings.Settings{}, "", []string{"STRIP=symbols"}},
		{"none in words", "[profile.release]\ndebug = \"none\"\n", settings.Settings{}, "", []string{"STRIP=symbols"}},
		{"the profile makes it", "[profile.release]\ndebug = true\n", settings.Settings{}, "symbols", []string{"STRIP=none"}},
		{"a number", "[profile.release]\ndebug = 1\nstrip = true\n", settings.Settings{}, "symbols", []string{"STRIP=none"}},
		{"stripped of it alone", "[profile.release]\ndebug = 1\nstrip = \"debuginfo\"\n", settings.Settings{}, "debuginfo", []string{"STRIP=none"}},
		{"the setting strips", "[profile.release]\ndebug = 1\nstrip = false\n", settings.Settings{Strip: "symbols"}, "symbols", []string{"STRIP=none"}},
		{"nothing strips", "[profile.release]\ndebug = 1\nstrip = false\n", settings.Settings{}, "none", nil},
		{"dev makes it by itself", "", settings.Settings{Profile: "dev"}, "symbols", []string{"STRIP=none"}},
		{"a profile over another", "[profile.dist]\ninherits = \"release\"\n[profile.release]\ndebug = 2\n", settings.Settings{Profile: "dist"}, "symbols", []string{"STRIP=none"}},
		{"the setting makes it", "", settings.Settings{DebugInfo: &yes}, "symbols", []string{"DEBUG=2", "STRIP=none"}},
		{"the setting leaves the profile its kind", "[profile.release]\ndebug = 1\n", settings.Settings{DebugInfo: &yes}, "symbols", []string{"STRIP=none"}},
		{"the setting keeps none", "[profile.release]\ndebug = true\n", settings.Settings{DebugInfo: &no}, "", []string{"STRIP=symbols"}},
		{"a variable wins over the profile", "[profile.release]\ndebug = true\n",
			settings.Settings{Env: map[string]string{"CARGO_PROFILE_RELEASE_DEBUG": "0"}}, "", []string{"DEBUG=0", "STRIP=symbols"}},
		{"a variable wins over the setting", "[profile.release]\ndebug = true\n",
			settings.Settings{Strip: "symbols", Env: map[string]string{"CARGO_PROFILE_RELEASE_STRIP": "debuginfo"}}, "debuginfo", []string{"STRIP=none"}},
		{"in the target directory", "[profile.release]\ndebug = true\nsplit-debuginfo = \"unpacked\"\n", settings.Settings{}, "", []string{"STRIP=symbols"}},
	}
	for _, tt := range tests {
		s := tt.settings
		s.DefaultFeatures = true
		p, err := makePlan(withProfile(t, tt.profile), &s, having("/usr/bin/objcopy"))
		if err != nil {
			t.Errorf("%s: %v", tt.reason, err)
			continue
		}
		var env []string
		for _, e := range p.Source.Env {
			name, ok := strings.CutPrefix(e.Name, "CARGO_PROFILE_")
			if ok {
				env = append(env, name[strings.LastIndexByte(name, '_')+1:]+"="+e.Value)
			}
		}
		if !slices.Equal(env, tt.env) {
			t.Errorf("%s: cargo is told %q, want %q", tt.reason, env, tt.env)
		}
		strip := ""
		if p.Debug != nil {
			strip = p.Debug.Strip
		}
		if strip != tt.strip || (p.Debug == nil) != (p.NoDebug != "") {
			t.Errorf("%s: strip is %q, want %q; %q", tt.reason, strip, tt.strip, p.NoDebug)
		}
		if got := len(p.Source.Task.Binaries[0].Commands) > 0; got != (tt.strip != "") {
			t.Errorf("%s: the binary is handed out by %+v", tt.reason, p.Source.Task.Binaries)
		}
	}
}

// The program that rewrites binaries is one for their architecture.
func TestObjcopy(t *testing.T) {
	const lib = "/usr/local/rustup/toolchains/stable/lib/rustlib/x86_64-unknown-linux-musl/bin/"
	tests := []struct {
		reason, triple string
		have           []string
		want           string
	}{
		{"the toolchain's own", "x86_64-unknown-linux-musl", []string{"/usr/bin/llvm-objcopy", "/usr/bin/objcopy"}, "/usr/bin/objcopy"},
		{"LLVM's", "x86_64-unknown-linux-musl", []string{"/usr/bin/llvm-objcopy"}, "/usr/bin/llvm-objcopy"},
		{"Rust's", "x86_64-unknown-linux-musl", []string{lib + "rust-objcopy"}, lib + "rust-objcopy"},
		{"another architecture's", "aarch64-unknown-linux-musl",
			[]string{"/usr/bin/llvm-objcopy", "/usr/bin/objcopy", "/usr/bin/aarch64-linux-gnu-objcopy"}, "/usr/bin/aarch64-linux-gnu-objcopy"},
		{"its name for many processors", "armv7-unknown-linux-musleabihf", []string{"/usr/bin/arm-linux-gnueabihf-objcopy"}, "/usr/bin/arm-linux-gnueabihf-objcopy"},
		{"LLVM's knows all architectures", "aarch64-unknown-linux-musl", []string{"/usr/bin/objcopy", lib + "rust-objcopy"}, lib + "rust-objcopy"},
		{"GNU's knows one", "aarch64-unknown-linux-musl", []string{"/usr/bin/objcopy", "/usr/bin/x86_64-linux-gnu-objcopy"}, ""},
	}
	for _, tt := range tests {
		if got := objcopy(having(tt.have...).Facts, tt.triple); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.reason, got, tt.want)
		}
	}
}

// A toolchain without the program builds as before, unless a setting needs it.
func TestNoObjcopy(t *testing.T) {
	const profile = "[profile.release]\ndebug = true\n"
	at := map[string]document.Position{"debug-info": {File: "Cargo.toml", Line: 7}, "auditable": {File: "Cargo.toml", Line: 8}}
	p, err := makePlan(withProfile(t, profile), &settings.Settings{DefaultFeatures: true}, having())
	if err != nil || p.Debug != nil || !strings.Contains(p.NoDebug, "the toolchain image has no objcopy for x86_64-unknown-linux-musl") {
		t.Errorf("%+v, %v", p, err)
	}
	yes := true
	for want, s := range map[string]settings.Settings{
		"Cargo.toml:7: debug-info: ": {DebugInfo: &yes},
		"Cargo.toml:8: auditable: ":  {Auditable: true},
	} {
		s.DefaultFeatures, s.Origins = true, at
		_, err := makePlan(withProfile(t, profile), &s, having())
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "no objcopy for x86_64-unknown-linux-musl: install binutils") {
			t.Errorf("%v, want %s...", err, want)
		}
	}
}
