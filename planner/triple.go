package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/settings"
)

// muslTriple gives the default triple of a platform, or "".
// https://doc.rust-lang.org/rustc/platform-support.html
func muslTriple(arch, variant string) string {
	switch arch {
	case "amd64":
		return "x86_64-unknown-linux-musl"
	case "arm64":
		return "aarch64-unknown-linux-musl"
	case "arm":
		switch variant {
		case "v6":
			return "arm-unknown-linux-musleabihf"
		case "v5":
			return "arm-unknown-linux-musleabi"
		}
		return "armv7-unknown-linux-musleabihf"
	case "386":
		return "i686-unknown-linux-musl"
	case "riscv64":
		return "riscv64gc-unknown-linux-musl"
	case "ppc64le":
		return "powerpc64le-unknown-linux-musl"
	case "s390x":
		return "s390x-unknown-linux-musl"
	case "loong64":
		return "loongarch64-unknown-linux-musl"
	}
	return ""
}

// tripleArch gives the architecture of a triple in Go's names, or "".
func tripleArch(triple string) string {
	cpu, _, _ := strings.Cut(triple, "-")
	switch {
	case cpu == "x86_64":
		return "amd64"
	case cpu == "aarch64":
		return "arm64"
	case strings.HasPrefix(cpu, "arm"), strings.HasPrefix(cpu, "thumb"):
		return "arm"
	case cpu == "i586", cpu == "i686":
		return "386"
	case strings.HasPrefix(cpu, "riscv64"):
		return "riscv64"
	case cpu == "powerpc64le":
		return "ppc64le"
	case cpu == "loongarch64":
		return "loong64"
	}
	return cpu
}

// chooseTriple gives the triple that is compiled for: the setting, the
// configuration's only Linux triple that fits the platform, or static musl.
func chooseTriple(ws *cargo.Workspace, s *settings.Settings, in Facts) (string, error) {
	arch := cmp.Or(in.Arch, in.BuildArch, "amd64")
	if in.OS != "" && in.OS != "linux" {
		return "", document.Errorf(settings.RootPosition(ws), "the platform %s/%s is not supported: images are made for linux", in.OS, arch)
	}
	triple, at := s.Triple, s.Where("triple")
	if triple == "" {
		if triple = configTriple(ws, arch); triple != "" {
			at = ws.Config.At("build", "target")
		}
	}
	if triple == "" {
		triple = muslTriple(arch, in.Variant)
	}
	if at.File == "" {
		at = settings.RootPosition(ws)
	}
	switch {
	case triple == "":
		return "", document.Errorf(at, "there is no default triple for linux/%s: set `triple`", arch)
	case !strings.Contains(triple, "-linux-"):
		return "", document.Errorf(at, "the triple %s is not one of Linux, which the image needs", triple)
	case tripleArch(triple) != arch:
		return "", document.Errorf(at, "the triple %s does not run on the platform linux/%s: leave `triple` out, or build for linux/%s only",
			triple, arch, tripleArch(triple))
	case !isMusl(triple) && s.Image.Base == "" && s.Goal.Traits().Image:
		return "", document.Errorf(at, "the triple %s needs a C library, which an image from scratch does not have: set image.base to an image with glibc, or use %s",
			triple, muslTriple(arch, in.Variant))
	}
	return triple, nil
}

func configTriple(ws *cargo.Workspace, arch string) string {
	if ws.Config == nil || len(ws.Config.BuildTargets) != 1 {
		return ""
	}
	triple := ws.Config.BuildTargets[0]
	if strings.Contains(triple, "-linux-") && tripleArch(triple) == arch {
		return triple
	}
	return ""
}

func isMusl(triple string) bool { return strings.Contains(triple, "-musl") }

// crossLinker gives the linker for another architecture than the one that the
// steps run on, or "" when the toolchain's own will do or something configures
// one. Rust brings its linker and, for musl, the C library with it.
func crossLinker(ws *cargo.Workspace, s *settings.Settings, in Facts, triple string) string {
	if in.BuildArch == "" || in.BuildArch == tripleArch(triple) || !isMusl(triple) {
		return ""
	}
	if s.Env[linkerVariable(triple)] != "" {
		return ""
	}
	if ws.Config != nil {
		targets, _ := ws.Config.Doc["target"].(map[string]any)
		build, _ := ws.Config.Doc["build"].(map[string]any)
		tables := []map[string]any{build}
		for _, t := range targets {
			if table, ok := t.(map[string]any); ok {
				tables = append(tables, table)
			}
		}
		own, _ := targets[triple].(map[string]any)
		if _, ok := own["linker"]; ok || slices.ContainsFunc(tables, setsLinker) {
			return ""
		}
	}
	return "rust-lld"
}

// setsLinker looks for "-C linker=" in a table's rustflags.
func setsLinker(table map[string]any) bool {
	flags := document.Text(table["rustflags"])
	for _, f := range document.List(table["rustflags"]) {
		flags += " " + document.Text(f)
	}
	return strings.Contains(flags, "linker=")
}

func linkerVariable(triple string) string {
	return "CARGO_TARGET_" + settings.EnvName(triple) + "_LINKER"
}

// checkGoal refuses tests that the machine cannot run.
func checkGoal(ws *cargo.Workspace, goal settings.Goal, in Facts, triple string) error {
	if !goal.Traits().RunsTests || in.BuildArch == "" || in.BuildArch == tripleArch(triple) {
		return nil
	}
	return document.Errorf(settings.RootPosition(ws), "the tests of linux/%s cannot run, since the steps run on linux/%s: leave --platform and `triple` out, or use --target check",
		tripleArch(triple), in.BuildArch)
}
