package main

import (
	"bytes"
	"context"
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

// daemon is a private buildkitd with empty state, so that nothing of another
// peer is warm.
type daemon struct {
	dir, addr string
	cmd       *exec.Cmd
	exited    chan struct{}
}

// The state goes with the daemon; collecting garbage would disturb the clock.
const daemonConfig = `[worker.oci]
  enabled = true
  snapshotter = "overlayfs"
  gc = false
  networkMode = "host"

[worker.containerd]
  enabled = false
`

// startDaemon starts the test bed's buildkitd on a socket of its own.
func startDaemon(ctx context.Context, bin string) (*daemon, error) {
	dir, err := os.MkdirTemp("", "bench-buildkitd-")
	if err != nil {
		return nil, err
	}
	d := &daemon{dir: dir, addr: "unix://" + filepath.Join(dir, "sock"), exited: make(chan struct{})}
	config := filepath.Join(dir, "buildkitd.toml")
	if err := os.WriteFile(config, []byte(daemonConfig), 0o644); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	d.cmd = exec.Command(filepath.Join(bin, "buildkitd"), "--config", config,
		"--root", filepath.Join(dir, "root"), "--addr", d.addr)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	// An interrupt at the terminal is for the benchmark, which then stops it.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start buildkitd: %w", err)
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.exited)
	}()
	if err := d.wait(ctx); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// wait returns when the daemon answers.
func (d *daemon) wait(ctx context.Context) error {
	for range 120 {
		c, err := client.New(ctx, d.addr)
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

func (d *daemon) lastWords() string {
	log, _ := os.ReadFile(filepath.Join(d.dir, "log"))
	lines := bytes.Split(bytes.TrimSpace(log), []byte("\n"))
	return string(lines[len(lines)-1])
}

// stop ends the daemon and removes its state.
func (d *daemon) stop() {
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
	if err := os.RemoveAll(d.dir); err != nil {
		logf("%v", err)
	}
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
