package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"

	"github.com/org/rust-frontend/integration/daemon"
	"github.com/org/rust-frontend/integration/published"
)

// machine is what a build should not depend on.
type machine struct {
	name     string
	hostname string // of the daemon and of each step
	// cpu is the only processor that the daemon and its steps may use, "" for all.
	cpu string
	// project is where the copy of the project lies, date the time of its files.
	project string
	date    time.Time
	out     string
}

// twoMachines differ in all of it.
func twoMachines(work string) ([]*machine, error) {
	cpu, err := firstCPU()
	return []*machine{
		{name: "first", hostname: "first", project: filepath.Join(work, "a"), date: time.Now(), out: filepath.Join(work, "image-1")},
		{
			name: "second", hostname: "second.example", cpu: cpu, out: filepath.Join(work, "image-2"),
			project: filepath.Join(work, "another place", "farther", "down"),
			date:    time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC),
		},
	}, err
}

// firstCPU is the first processor that this process may use.
func firstCPU() (string, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "", err
	}
	_, list, ok := bytes.Cut(status, []byte("Cpus_allowed_list:"))
	if !ok {
		return "", errors.New("/proc/self/status names no processors")
	}
	line, _, _ := strings.Cut(string(list), "\n")
	end := strings.IndexAny(line, ",-")
	if end < 0 {
		end = len(line)
	}
	return strings.TrimSpace(line[:end]), nil
}

// String describes the machine.
func (m *machine) String() string {
	cpus := fmt.Sprintf("%d CPUs", runtime.NumCPU())
	if m.cpu != "" {
		cpus = "1 CPU"
	}
	return fmt.Sprintf("%s, host %s, files of %d", cpus, m.hostname, m.date.Year())
}

// by is a command line that executes its arguments with the machine's hostname
// and processor, which their children have too.
func (m *machine) by() []string {
	line := []string{"unshare", "--uts", "sh", "-c", `echo "$0" >/proc/sys/kernel/hostname && exec "$@"`, m.hostname}
	if m.cpu != "" {
		line = append(line, "taskset", "-c", m.cpu)
	}
	return line
}

// build builds a copy of the project on a daemon that has nothing, and gives the
// image and how long it took.
func (m *machine) build(ctx context.Context, s settings, dir string) (_ *image, seconds float64, err error) {
	if err := published.Copy(dir, m.project); err != nil {
		return nil, 0, err
	}
	if err := dateAll(m.project, m.date); err != nil {
		return nil, 0, err
	}
	d, err := daemon.Start(ctx, s.tools, m.by()...)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, d.Stop()) }()
	c, err := client.New(ctx, d.Addr)
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	opt, err := m.request(s)
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	err = daemon.WithProgress(ctx, func(ch chan *client.SolveStatus) error {
		_, err := c.Solve(ctx, nil, opt, ch)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	seconds = time.Since(start).Seconds()
	img, err := readImage(ctx, m.out)
	return img, seconds, err
}

// frontendSource is the name of the frontend image; it comes from a layout.
const frontendSource = "org/rust-frontend"

// request is what a user of the frontend asks for.
func (m *machine) request(s settings) (client.SolveOpt, error) {
	opt := client.SolveOpt{
		Frontend: "gateway.v0",
		FrontendAttrs: map[string]string{
			"source":                    frontendSource,
			"context:" + frontendSource: "oci-layout://frontend@" + s.frontend.digest,
			"context:toolchain":         "oci-layout://toolchain@" + s.toolchain.digest,
			"filename":                  "Cargo.toml",
			"target":                    s.bin,
			// The hostname of each step, which is the daemon's in no case.
			"build-arg:BUILDKIT_SANDBOX_HOSTNAME": m.hostname,
		},
		OCIStores: map[string]content.Store{},
		Exports: []client.ExportEntry{{
			Type: client.ExporterOCI, Attrs: map[string]string{"tar": "false"}, OutputDir: m.out,
		}},
	}
	for name, value := range s.args {
		opt.FrontendAttrs["build-arg:"+name] = value
	}
	for name, l := range map[string]layout{"frontend": s.frontend, "toolchain": s.toolchain} {
		store, err := contentlocal.NewStore(l.dir)
		if err != nil {
			return opt, err
		}
		opt.OCIStores[name] = store
	}
	project, err := fsutil.NewFS(m.project)
	opt.LocalMounts = map[string]fsutil.FS{"context": project, "dockerfile": project}
	return opt, err
}

// dateAll gives all files and directories one time.
func dateAll(dir string, at time.Time) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Type()&fs.ModeSymlink != 0 {
			return err
		}
		return os.Chtimes(path, at, at)
	})
}
