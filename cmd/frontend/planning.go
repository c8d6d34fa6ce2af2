//go:build !gateway

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"github.com/urfave/cli/v3"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/lint"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// planFlags are the flags of `frontend plan`.
type planFlags struct {
	dir, file, target, platform string
	buildArgs                   []string
}

// planCommand is `frontend plan`.
func planCommand() *cli.Command {
	f := &planFlags{}
	return &cli.Command{
		Name:      "plan",
		Usage:     "print the plan of a build as JSON, without a daemon",
		ArgsUsage: "[DIR]",
		Flags: []cli.Flag{
			text("file", "manifest or settings `FILE` (default: DIR/Cargo.toml)", &f.file, "f"),
			text("target", "`NAME` of the binary to build, or test, check, clippy or doc", &f.target),
			text("platform", "`PLATFORM` of the image (default: linux on this machine's architecture)", &f.platform),
			list("build-arg", "setting as `KEY=VALUE`, or KEY to take the environment's value", &f.buildArgs),
		},
		Action: func(ctx context.Context, cmd *cli.Command) (err error) {
			if f.dir, err = directory(cmd); err != nil {
				return err
			}
			p, err := newPlan(ctx, f, os.LookupEnv)
			if err != nil {
				return withLines(f.dir, err)
			}
			e := json.NewEncoder(cmd.Root().Writer)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(p)
		},
	}
}

// newPlan plans what a build of the same flags would do, as far as that can be
// told without a daemon: nothing is known of the toolchain image, of foreign
// registries and of git repositories.
func newPlan(ctx context.Context, f *planFlags, lookup func(string) (string, bool)) (*plan.Plan, error) {
	file := f.file
	if file == "" {
		file = filepath.Join(f.dir, manifestName)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the file that describes the build; name another one with -f: %w", err)
	}
	files, err := openContext(ctx, f.dir, file)
	if err != nil {
		return nil, err
	}
	entry := settings.Entry{Name: filepath.Base(file), Data: data, Same: func(manifest string) bool {
		return sameFile(filepath.Join(f.dir, filepath.FromSlash(manifest)), file)
	}}
	_, entry.Cmdline, _, _ = parser.DetectSyntax(data)
	ws, err := entry.Load(files)
	if err != nil {
		return nil, err
	}
	src, err := entry.Source(ws)
	if err != nil {
		return nil, err
	}
	if src.Goal = settings.TargetGoal(ws, f.target); src.Goal == settings.Build {
		src.Target = f.target
	}
	if src.BuildArgs, err = argMap(f.buildArgs, lookup); err != nil {
		return nil, err
	}
	loaded, warnings, err := settings.Load(ws, src)
	if err != nil {
		return nil, err
	}
	if err := lint.CheckSettings(loaded); err != nil {
		return nil, err
	}
	in, err := f.inputs()
	if err != nil {
		return nil, err
	}
	selected, err := planner.Select(ws, loaded, src.Target)
	if err != nil {
		return nil, err
	}
	p, err := selected.Unasked(in)
	if err != nil {
		return nil, err
	}
	p.Warnings = append(warnings, p.Warnings...)
	return p, nil
}

func (f *planFlags) inputs() (planner.Facts, error) {
	in := planner.Facts{OS: "linux", Arch: runtime.GOARCH, BuildArch: runtime.GOARCH}
	if f.platform == "" {
		return in, nil
	}
	p, err := platforms.Parse(f.platform)
	if err != nil {
		return in, fmt.Errorf("--platform %s: %w; a plan is for one platform", f.platform, err)
	}
	p = platforms.Normalize(p)
	in.OS, in.Arch, in.Variant = p.OS, p.Architecture, p.Variant
	return in, nil
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// argMap reads KEY=VALUE; KEY alone is the environment's, if it is set there.
func argMap(args []string, lookup func(string) (string, bool)) (map[string]string, error) {
	out := map[string]string{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if name == "" {
			return nil, fmt.Errorf("--build-arg %s: write KEY=VALUE", arg)
		}
		if !ok {
			if value, ok = lookup(name); !ok {
				continue
			}
		}
		out[name] = value
	}
	return out, nil
}

// withLines adds the lines of the user's file to a positional error, as a
// build does.
func withLines(dir string, err error) error {
	var at *document.Error
	if !errors.As(err, &at) || at.Line == 0 || !fs.ValidPath(at.File) {
		return err
	}
	data, readErr := os.ReadFile(filepath.Join(dir, filepath.FromSlash(at.File)))
	if readErr != nil {
		return err
	}
	line := &pb.Position{Line: int32(at.Line)}
	return errdefs.WithSource(err, &errdefs.Source{
		Info:   &pb.SourceInfo{Filename: at.File, Data: data},
		Ranges: []*pb.Range{{Start: line, End: &pb.Position{Line: int32(max(at.Line, at.EndLine))}}},
	})
}
