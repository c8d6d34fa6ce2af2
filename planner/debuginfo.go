package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// debugInfo decides whether debug information is kept apart; if not, why not. The
// error is at the setting, which cannot be fulfilled.
//
// It is where the profile makes some, or the setting wants some. Cargo then strips
// nothing: the binary is stripped when its debug information is in a file.
// https://doc.rust-lang.org/cargo/reference/profiles.html#debug
func debugInfo(ws *cargo.Workspace, s *settings.Settings, in Facts, triple string) (debug *plan.Debug, why string, err error) {
	wanted := s.DebugInfo != nil && *s.DebugInfo
	switch {
	case !s.Goal.Traits().Image:
		return nil, "there are no binaries", nil
	case s.DebugInfo != nil && !wanted:
		return nil, "the setting debug-info is false, so no debug information is kept", nil
	case !wanted && !makesDebugInfo(ws, s):
		return nil, fmt.Sprintf("the profile %[1]s makes no debug information: set `debug` in [profile.%[1]s], or the setting debug-info", s.Profile), nil
	case profileValue(ws, s, "split-debuginfo") == "unpacked":
		why = `split-debuginfo = "unpacked" leaves debug information in files of the target directory, which are not handed out: set "packed" or "off"`
	case objcopy(in, triple) == "":
		why = "debug information cannot be taken out of the binaries: " + noObjcopy(triple)
	default:
		debug = &plan.Debug{Strip: stripped(ws, s)}
	}
	if debug == nil && wanted {
		return nil, why, document.Errorf(s.Where("debug-info"), "debug-info: %s", why)
	}
	return debug, why, nil
}

// makesDebugInfo says whether the profile makes debug information.
func makesDebugInfo(ws *cargo.Workspace, s *settings.Settings) bool {
	value := profileValue(ws, s, "debug")
	if value == "" {
		return settings.ProfileRoot(ws, s.Profile) == "dev"
	}
	return !slices.Contains([]string{"false", "0", "none"}, value)
}

// stripped is what the binaries lose: what the profile says in cargo's order, and
// between its variable and its tables the setting.
func stripped(ws *cargo.Workspace, s *settings.Settings) string {
	value, ok := s.Env[profileVariable(s.Profile, "strip")]
	if !ok {
		if value = strip(ws, s); value == "" {
			value = profileValue(ws, s, "strip")
		}
	}
	switch value {
	case "true":
		return "symbols"
	case "false":
		return "none"
	}
	return value
}

// profileValue gives a key of the profile as text: of the variable, which wins, or
// of the files; "" when nothing says anything.
// https://doc.rust-lang.org/cargo/reference/config.html#profile
func profileValue(ws *cargo.Workspace, s *settings.Settings, key string) string {
	if value, ok := s.Env[profileVariable(s.Profile, key)]; ok {
		return value
	}
	value, _ := settings.ProfileKey(ws, s.Profile, key)
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// profileVariable is the environment variable of a profile's key.
func profileVariable(profile, key string) string {
	return "CARGO_PROFILE_" + settings.EnvName(profile) + "_" + settings.EnvName(key)
}

// setDebug makes the profile's variables fit: cargo makes the debug information
// that the setting wants, and leaves the stripping to [command.handOutBinary].
func setDebug(env map[string]string, ws *cargo.Workspace, s *settings.Settings, debug *plan.Debug) {
	if debug == nil {
		return
	}
	if !makesDebugInfo(ws, s) {
		env[profileVariable(s.Profile, "debug")] = "2"
	}
	if debug.Strip != "none" {
		env[profileVariable(s.Profile, "strip")] = "none"
	}
}

// objcopy gives the program of the toolchain that can rewrite binaries of a
// triple: GNU's knows one architecture, LLVM's, which Rust may bring with it, all
// of them. Without a probe it is the one that most images have.
func objcopy(in Facts, triple string) string {
	if in.Probe == nil {
		return "objcopy"
	}
	native := in.BuildArch == "" || in.BuildArch == tripleArch(triple)
	fits := []func(name string) bool{
		func(name string) bool { return native && name == "objcopy" },
		func(name string) bool { return strings.HasPrefix(name, gnuCPU(triple)+"-linux-") },
		func(name string) bool { return name == "llvm-objcopy" },
		func(name string) bool { return name == "rust-objcopy" },
	}
	for _, fit := range fits {
		for _, file := range in.Probe.Objcopy {
			if fit(path.Base(file)) {
				return file
			}
		}
	}
	return ""
}

// noObjcopy is the sentence for a toolchain without [objcopy].
func noObjcopy(triple string) string {
	return fmt.Sprintf("the toolchain image has no objcopy for %s: install binutils or LLVM in it", triple)
}

// gnuCPU is the first part of the names of GNU's programs for a triple.
func gnuCPU(triple string) string {
	cpu, _, _ := strings.Cut(triple, "-")
	for _, family := range []string{"arm", "riscv64"} {
		if strings.HasPrefix(cpu, family) {
			return family
		}
	}
	return cpu
}

// handOutBinary takes a binary to where the image takes it from. On the way, its debug
// information goes into a file, and the list of its packages comes in.
func (cmd *command) handOutBinary(name string) plan.HandOut {
	h := plan.HandOut{From: path.Join(plan.TargetDir, cmd.outputs(), name), To: path.Join(plan.OutDir+plan.BinDir, name)}
	var options []string
	if d := cmd.debug; d != nil {
		file := path.Join(plan.DebugDir, debugFile(name))
		h.Commands = append(h.Commands, []string{cmd.objcopy, "--only-keep-debug", h.From, file})
		h.DWP = plan.DebugDir
		switch d.Strip {
		case "symbols":
			options = append(options, "--strip-all", "--add-gnu-debuglink="+file)
		case "debuginfo":
			options = append(options, "--strip-debug", "--add-gnu-debuglink="+file)
		}
	}
	if cmd.audit {
		options = append(options, "--add-section", auditSection+"="+path.Join(plan.AuditDir, name))
	}
	if h.Copy = len(options) == 0; !h.Copy {
		h.Commands = append(h.Commands, slices.Concat([]string{cmd.objcopy}, options, []string{h.From, h.To}))
	}
	return h
}

// debugFile names the debug file of a binary.
func debugFile(name string) string { return name + ".debug" }
