package planner

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// defaultToolchain is the official image's major line.
const defaultToolchain = "rust:1-alpine"

// ChooseToolchain names the image that compiles: the setting, the channel of
// the toolchain file, or the official image's major line. An image's tag says
// nothing about its digest: that is pinned when the image is resolved.
func ChooseToolchain(ws *cargo.Workspace, s *settings.Settings) (plan.Toolchain, error) {
	if s.Toolchain != "" {
		return plan.Toolchain{Image: s.Toolchain, Origin: "the setting `toolchain`"}, nil
	}
	if file := ws.Toolchain; file != nil {
		if file.Path != "" {
			return plan.Toolchain{}, document.Errorf(file.Position, "a toolchain by path is not in the image: set `toolchain` to an image that has it")
		}
		if file.Channel != "" {
			return channelToolchain(file)
		}
	}
	origin := "the default"
	for _, p := range ws.Packages {
		if p.RustVersion != "" && p.Member {
			major, _, _ := strings.Cut(p.RustVersion, ".")
			return plan.Toolchain{Image: "rust:" + major + "-alpine", Origin: fmt.Sprintf("rust-version %s in %s: the newest of the major line", p.RustVersion, p.Manifest.File)}, nil
		}
	}
	return plan.Toolchain{Image: defaultToolchain, Origin: origin}, nil
}

// channelToolchain reads the channel of a toolchain file.
// https://rust-lang.github.io/rustup/concepts/toolchains.html#toolchain-specification
func channelToolchain(file *cargo.Toolchain) (plan.Toolchain, error) {
	channel, _, _ := strings.Cut(file.Channel, "-")
	origin := fmt.Sprintf("the channel %s in %s", file.Channel, file.Position.File)
	switch {
	case channel == "stable":
		return plan.Toolchain{Image: defaultToolchain, Origin: origin}, nil
	case channel == "nightly" || channel == "beta":
		return plan.Toolchain{}, document.Errorf(file.Position, "the official images have no %s toolchain: set `toolchain` to an image that has one", channel)
	case len(version(channel)) == 0:
		return plan.Toolchain{}, document.Errorf(file.Position, "the channel %q is not known; there are stable and versions such as 1.90 or 1.90.0; for another one set `toolchain` to an image", file.Channel)
	}
	return plan.Toolchain{Image: "rust:" + channel + "-alpine", Origin: origin}, nil
}

// version reads "1.90" or "1.90.0", with anything behind a dash left out. It
// gives nil for other text.
func version(s string) []int {
	s, _, _ = strings.Cut(s, "-")
	var out []int
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || len(out) == 3 {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// older compares versions; missing parts count as zero.
func older(a, b []int) bool {
	for len(a) < 3 {
		a = append(a[:len(a):len(a)], 0)
	}
	for len(b) < 3 {
		b = append(b[:len(b):len(b)], 0)
	}
	return slices.Compare(a, b) < 0
}

// editionVersion is the first compiler of an edition.
// https://doc.rust-lang.org/edition-guide/editions/index.html
func editionVersion(edition string) string {
	switch edition {
	case "2018":
		return "1.31"
	case "2021":
		return "1.56"
	case "2024":
		return "1.85"
	}
	return "1.0"
}

// checkProbe compares what the toolchain image has with what the packages and
// the triple need, so that the user sees a line of the project instead of a
// failed step. Without a probe it does nothing.
func checkProbe(c *manifest.Closure, p *answers.Probe, t *plan.Toolchain, triple string) error {
	if p == nil {
		return nil
	}
	rustc := version(p.Rustc)
	for _, q := range c.Tree {
		if need := editionVersion(q.Edition); rustc != nil && older(rustc, version(need)) {
			return document.Errorf(inherited(q, "edition"), "the edition %s needs Rust %s, but the toolchain %s (%s) has %s",
				q.Edition, need, t.Image, t.Origin, p.Rustc)
		}
		if need := version(q.RustVersion); rustc != nil && need != nil && older(rustc, need) {
			return document.Errorf(inherited(q, "rust-version"), "the package %s needs Rust %s, but the toolchain %s (%s) has %s",
				q.Name, q.RustVersion, t.Image, t.Origin, p.Rustc)
		}
	}
	switch {
	case slices.Contains(p.Targets, triple):
	case p.Rustup:
		t.AddTarget = triple
	default:
		return document.Errorf(settings.RootPosition(c.Workspace), "the toolchain %s has no standard library for %s, and no rustup to add it; it has: %s",
			t.Image, triple, strings.Join(slices.Sorted(slices.Values(p.Targets)), ", "))
	}
	component := c.Goal.Traits().Component
	if component == "" || p.Clippy {
		return nil
	}
	if !p.Rustup {
		return document.Errorf(settings.RootPosition(c.Workspace), "the toolchain %s (%s) has no %s, and no rustup to add it: "+
			"set `toolchain` to an image that has it, or add it to this one", t.Image, t.Origin, component)
	}
	t.AddComponent = component
	return nil
}

// inherited gives the place of a package key: in the workspace root's manifest
// when the package inherits it.
func inherited(p *cargo.Package, key string) document.Position {
	table, _ := p.Manifest.Doc["package"].(map[string]any)
	if _, ok := table[key].(map[string]any); ok && p.WorkspaceRoot != nil {
		return p.WorkspaceRoot.At("workspace", "package", key)
	}
	return p.Manifest.At("package", key)
}

// otherCompiler warns when a toolchain that the user chose has another compiler than the
// toolchain file asks for: the build goes on with it. Without a file or a probe there is
// nothing to compare.
func otherCompiler(file *cargo.Toolchain, p *answers.Probe, t plan.Toolchain) []settings.Warning {
	if file == nil || file.Channel == "" || p == nil || isOfChannel(p, file.Channel) {
		return nil
	}
	has := p.Rustc
	if p.Date != "" {
		has += " of " + p.Date
	}
	return []settings.Warning{{File: file.Position.File, Line: file.Position.Line, Msg: fmt.Sprintf(
		"%s asks for Rust %s, and the toolchain %s (%s) has %s: that compiles, and what needs the other fails",
		file.Position.File, file.Channel, t.Image, t.Origin, has)}}
}

// otherPrograms warns of programs that the configuration puts in rustc's place: they are of the
// machine of who wrote it. A cache of compilers' outputs changes nothing of what is made.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper
func otherPrograms(config *cargo.Config) []settings.Warning {
	if config == nil {
		return nil
	}
	build, _ := config.Doc["build"].(map[string]any)
	var out []settings.Warning
	for _, key := range []string{"rustc", "rustc-wrapper", "rustc-workspace-wrapper"} {
		program, _ := build[key].(string)
		if program == "" || slices.Contains([]string{"sccache", "cachepot"}, path.Base(program)) {
			continue
		}
		do := "the toolchain's rustc is called as it is; a wrapper that the toolchain image has can be named by `env`, as RUSTC_WRAPPER"
		if key == "rustc" {
			do = "the toolchain's rustc is called; say `toolchain` to have another one"
		}
		at := config.At("build", key)
		out = append(out, settings.Warning{File: at.File, Line: at.Line, Msg: fmt.Sprintf("build.%s = %q is not followed: %s", key, program, do)})
	}
	return out
}

// How long before the date of a release its last commit may be: a nightly is made of what was
// there the evening before, if that could be built; a stable version is tested first.
const (
	beforeNightly = 3 * 24 * time.Hour
	beforeStable  = 21 * 24 * time.Hour
)

// isOfChannel says whether a compiler is one of a channel, as rustup names it. What a
// compiler does not say of itself is not held against it.
// https://rust-lang.github.io/rustup/concepts/toolchains.html#toolchain-specification
func isOfChannel(p *answers.Probe, channel string) bool {
	name, rest, _ := strings.Cut(channel, "-")
	number, of, _ := strings.Cut(p.Rustc, "-")
	kind, _, _ := strings.Cut(of, ".")
	switch name {
	case "stable":
		return of == "" && isNear(p.Date, rest, beforeStable)
	case "beta":
		return kind == name && isNear(p.Date, rest, beforeStable)
	case "nightly":
		return kind == name && isNear(p.Date, rest, beforeNightly)
	}
	if version(name) == nil {
		return true // a name of one's own
	}
	if wanted, _, _ := strings.Cut(rest, "-"); strings.HasPrefix(wanted, "beta") {
		return number == name && (of == wanted || kind == wanted)
	}
	return of == "" && (number == name || strings.HasPrefix(number, name+"."))
}

// isNear says whether a compiler whose last commit is of a date can be that of another
// date, which may have a host triple behind it.
func isNear(commit, date string, most time.Duration) bool {
	const days = "2006-01-02"
	made, err := time.Parse(days, commit)
	if err != nil {
		return true
	}
	want, err := time.Parse(days, date[:min(len(date), len(days))])
	if err != nil {
		return true
	}
	return !made.After(want) && want.Sub(made) <= most
}
