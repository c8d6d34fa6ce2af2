// Package daemon starts private BuildKit daemons, for the benchmark and for
// builds that are to share nothing.
package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/moby/buildkit/client"
)

// Daemon is a private buildkitd with empty state, so that nothing of another
// build is warm.
type Daemon struct {
	// Addr is where it listens.
	Addr   string
	dir    string
	cmd    *exec.Cmd
	exited chan struct{}
}

// The state goes with the daemon; collecting garbage would disturb the clock.
const config = `[worker.oci]
  enabled = true
  snapshotter = "overlayfs"
  gc = false
  networkMode = "host"

[worker.containerd]
  enabled = false
`

// Start starts the buildkitd of a directory on a socket of its own, by way of a
// command line that ends in executing its arguments, if one is given. Errors say
// what the daemon said last.
func Start(ctx context.Context, bin string, by ...string) (*Daemon, error) {
	// A short path: the name of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "buildkitd-")
	if err != nil {
		return nil, err
	}
	d := &Daemon{dir: dir, Addr: "unix://" + filepath.Join(dir, "sock"), exited: make(chan struct{})}
	file := filepath.Join(dir, "buildkitd.toml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	line := slices.Concat(by, []string{filepath.Join(bin, "buildkitd"), "--config", file,
		"--root", filepath.Join(dir, "root"), "--addr", d.Addr})
	d.cmd = exec.Command(line[0], line[1:]...)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	// An interrupt at the terminal is for the program, which then stops it.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start buildkitd: %w", err)
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.exited)
	}()
	if err := d.wait(ctx); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	return d, nil
}

// wait returns when the daemon answers.
func (d *Daemon) wait(ctx context.Context) error {
	for range 120 {
		c, err := client.New(ctx, d.Addr)
		if err == nil {
			_, err = c.ListWorkers(ctx)
			_ = c.Close()
		}
		if err == nil {
			return nil
		}
		select {
		case <-d.exited:
			return fmt.Errorf("buildkitd does not start: %s", d.lastWords())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
	return fmt.Errorf("buildkitd does not answer: %s", d.lastWords())
}

func (d *Daemon) lastWords() string {
	log, _ := os.ReadFile(filepath.Join(d.dir, "log"))
	lines := bytes.Split(bytes.TrimSpace(log), []byte("\n"))
	return string(lines[len(lines)-1])
}

// PID is the process of the daemon.
func (d *Daemon) PID() int { return d.cmd.Process.Pid }

// Stop ends the daemon and removes its state.
func (d *Daemon) Stop() error {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.exited:
	case <-time.After(30 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.exited
	}
	for _, mount := range mountsBelow(d.dir) {
		_ = syscall.Unmount(mount, syscall.MNT_DETACH)
	}
	return os.RemoveAll(d.dir)
}

// mountsBelow lists what is mounted in a directory, the innermost first.
func mountsBelow(dir string) []string {
	table, _ := os.ReadFile("/proc/self/mounts")
	var out []string
	for line := range strings.SplitSeq(string(table), "\n") {
		if f := strings.Fields(line); len(f) > 1 && strings.HasPrefix(f[1], dir+"/") {
			out = append(out, f[1])
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}
