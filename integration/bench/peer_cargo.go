package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cargoPeer is cargo in the toolchain's root file system, with no BuildKit: a
// warm target directory, no copies, no image. Nothing that calls cargo can be
// faster.
type cargoPeer struct {
	*bench
	dir string
	// archive is unpacked by the next build, inside its measured time.
	archive string
}

func (p *cargoPeer) place(t *tree) place {
	return place{src: t.dir, home: filepath.Join(p.dir, "state", "home"), target: filepath.Join(p.dir, "state", t.target)}
}

// fresh empties the state. A cache is what a CI system keeps for plain cargo:
// an archive of cargo's home and of the target directory.
func (p *cargoPeer) fresh(_ context.Context, cache string) error {
	p.archive = ""
	if cache != "" {
		p.archive = filepath.Join(cache, archiveName)
	}
	state := filepath.Join(p.dir, "state")
	if err := os.RemoveAll(state); err != nil {
		return err
	}
	return makeDirs(filepath.Join(state, "home"), filepath.Join(state, "target"))
}

const archiveName = "state.tar.gz"

func (p *cargoPeer) build(ctx context.Context, t *tree) (built, error) {
	start := time.Now()
	var compiling time.Duration
	w := &watch{output: func(b []byte) {
		if compiling == 0 && bytes.Contains(b, []byte("Compiling ")) {
			compiling = time.Since(start)
		}
	}}
	var unpacking float64
	if err := makeDirs(p.place(t).target); err != nil {
		return built{}, err
	}
	if p.archive != "" {
		var err error
		if unpacking, err = tar(ctx, "-xzf", p.archive, "-C", filepath.Join(p.dir, "state")); err != nil {
			return built{}, err
		}
		p.archive = ""
	}
	_, log, err := p.toolchain.run(ctx, p.place(t), w,
		"cargo", "build", "--release", "--locked", "--target", target, "--bin", p.project.bin)
	seconds := time.Since(start).Seconds()
	if err != nil {
		return built{}, err
	}
	res := built{
		compiled: compiledPackages(log),
		binary:   filepath.Join(p.place(t).target, target, "release", p.project.bin),
	}
	res.row = row{
		Seconds: seconds, Compiled: len(res.compiled), CPUSeconds: unpacking + w.cpu, PeakMemory: w.peak,
	}
	if strings.Contains(log, "Downloading ") {
		res.row.DownloadSeconds = compiling.Seconds()
	}
	res.row.ImageBytes, err = p.strippedSize(ctx, t)
	return res, err
}

// strippedSize is what an image has to hold at the least.
func (p *cargoPeer) strippedSize(ctx context.Context, t *tree) (int64, error) {
	at := p.place(t)
	at.out = filepath.Join(p.dir, "stripped")
	if err := makeDirs(at.out); err != nil {
		return 0, err
	}
	_, _, err := p.toolchain.run(ctx, at, nil, "strip", "-o", "/out/"+p.project.bin,
		"/cargo/target/"+target+"/release/"+p.project.bin)
	if err != nil {
		return 0, fmt.Errorf("strip the binary: %w", err)
	}
	info, err := os.Stat(filepath.Join(at.out, p.project.bin))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (p *cargoPeer) save(ctx context.Context, t *tree, dir string) error {
	if err := makeDirs(dir); err != nil {
		return err
	}
	_, err := tar(ctx, "-czf", filepath.Join(dir, archiveName), "-C", filepath.Join(p.dir, "state"), "home", t.target)
	return err
}

func (p *cargoPeer) close() {}

// tar gives its CPU time in seconds.
func tar(ctx context.Context, args ...string) (float64, error) {
	cmd := exec.CommandContext(ctx, "tar", args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("tar: %w: %s", err, out)
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}
