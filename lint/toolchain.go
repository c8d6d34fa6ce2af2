package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/planner"
)

// unpinnedToolchain looks for the channel that is another compiler every six
// weeks. Other moving channels are errors, or need a toolchain image.
// https://rust-lang.github.io/rustup/concepts/channels.html
func unpinnedToolchain(in *Subject) []match {
	file := in.Workspace.Toolchain
	if file == nil || in.Settings.Toolchain != "" {
		return nil
	}
	if channel, _, _ := strings.Cut(file.Channel, "-"); channel != "stable" {
		return nil
	}
	return []match{{file.Position, "the channel stable is the newest compiler on the day of the build: name a version, such as 1.90"}}
}

// latestImage looks at the images of the settings. What a named context
// replaces is no image of a registry.
func latestImage(in *Subject) []match {
	var out []match
	for _, image := range []struct{ key, ref string }{
		{"toolchain", in.Settings.Toolchain}, {"image.base", in.Settings.Image.Base},
	} {
		name, digest, _ := strings.Cut(image.ref, "@")
		repository, tag := name, ""
		if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
			repository, tag = name[:i], name[i+1:]
		}
		switch {
		case name == "" || digest != "" || tag != "" && tag != "latest":
		case slices.Contains(in.Contexts, repository) || slices.Contains(in.Contexts, name):
		default:
			out = append(out, match{in.Settings.Where(image.key),
				fmt.Sprintf("%s is whatever image is the latest on the day of the build: add a tag or a digest", image.ref)})
		}
	}
	return out
}

// rustFlag is one word for rustc and where it is set.
type rustFlag struct {
	word string
	at   document.Position
}

// rustflags gives the flags that cargo passes to rustc for the target: the
// environment's, else those of the target's tables, else those of [build]; none
// when that is not certain.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags
func (in *Subject) rustflags() []rustFlag {
	for _, name := range []string{"CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"} {
		if text, ok := in.Settings.Env[name]; ok {
			at := in.Settings.Where("env." + name)
			return flags(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\x1f' }), at)
		}
	}
	config := in.Workspace.Config
	if config == nil {
		return nil
	}
	var out []rustFlag
	targets, _ := config.Doc["target"].(map[string]any)
	for _, cfg := range slices.Sorted(maps.Keys(targets)) {
		table, _ := targets[cfg].(map[string]any)
		switch words := flagWords(table["rustflags"]); {
		case len(words) == 0:
		case planner.Applies(cfg, in.Plan.Triple):
			out = append(out, flags(words, config.At("target", cfg, "rustflags"))...)
		case strings.HasPrefix(cfg, "cfg(") && !other(cfg):
			return nil // whether these are the build's flags is not known
		}
	}
	if build, ok := config.Doc["build"].(map[string]any); ok && out == nil {
		out = flags(flagWords(build["rustflags"]), config.At("build", "rustflags"))
	}
	return out
}

// other knows plain conditions that are false for Linux.
func other(cfg string) bool {
	return slices.Contains([]string{"cfg(windows)", `cfg(target_os="windows")`, `cfg(target_os="macos")`, `cfg(target_vendor="apple")`,
		`cfg(target_env="msvc")`, `cfg(target_family="wasm")`, `cfg(target_arch="wasm32")`}, strings.ReplaceAll(cfg, " ", ""))
}

// flagWords reads a text or a list.
func flagWords(value any) []string {
	switch v := value.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, word := range v {
			text, _ := word.(string)
			out = append(out, text)
		}
		return out
	}
	return nil
}

func flags(words []string, at document.Position) []rustFlag {
	var out []rustFlag
	for _, w := range words {
		w = strings.TrimPrefix(strings.TrimPrefix(w, "--codegen="), "-C")
		out = append(out, rustFlag{w, at})
	}
	return out
}

// nativeCPU looks for code that is made for the processor of the machine that
// compiles.
// https://doc.rust-lang.org/rustc/codegen-options/index.html#target-cpu
func nativeCPU(in *Subject) []match {
	var last *rustFlag
	for _, f := range in.rustflags() {
		if strings.HasPrefix(f.word, "target-cpu=") {
			last = &f
		}
	}
	if last == nil || last.word != "target-cpu=native" {
		return nil
	}
	return []match{{last.at, "target-cpu=native compiles for the processor of whatever machine builds: the image may end with an illegal instruction elsewhere; " +
		"name a level, such as x86-64-v3"}}
}

// dynamicBinary looks for musl without its static C runtime; the loader that
// such a binary asks for is in no image from scratch.
// https://doc.rust-lang.org/reference/linkage.html#static-and-dynamic-c-runtimes
func dynamicBinary(in *Subject) []match {
	if in.Plan.Image.Base != "" || !in.musl() || in.Plan.Image.Receives("/lib") {
		return nil
	}
	var last *rustFlag
	for _, f := range in.rustflags() {
		features, ok := strings.CutPrefix(f.word, "target-feature=")
		for feature := range strings.SplitSeq(features, ",") {
			switch {
			case ok && feature == "-crt-static":
				last = &f
			case ok && feature == "+crt-static":
				last = nil
			}
		}
	}
	if last == nil {
		return nil
	}
	return []match{{last.at, "-crt-static makes a binary that needs musl's loader, which an image from scratch does not have: leave it out, or set image.base to an image with musl"}}
}

func (in *Subject) musl() bool { return strings.Contains(in.Plan.Triple, "-musl") }
