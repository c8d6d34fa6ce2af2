package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
)

// newDaemon starts a BuildKit with nothing in it, for what only a second one
// can show, and gives a bed over it.
func newDaemon(t *testing.T, d driver) *bed {
	t.Helper()
	tb := findTestbed(t)
	// A short path: the name of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "bk")
	check(t, err)
	tb.host = "unix://" + filepath.Join(dir, "sock")
	config, err := filepath.Abs("../testbed/buildkitd.toml")
	check(t, err)
	var log bytes.Buffer
	cmd := exec.Command(filepath.Join(tb.bin, "buildkitd"),
		"--config", config, "--root", filepath.Join(dir, "root"), "--addr", tb.host)
	cmd.Stdout, cmd.Stderr = &log, &log
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("buildkitd:\n%s", log.Bytes())
		}
	})
	b := &bed{testbed: tb, driver: d, client: connect(t, tb.host)}
	b.wait(t, b.client, &log)
	return b
}

func (b *bed) wait(t *testing.T, c *client.Client, log *bytes.Buffer) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, err = c.ListWorkers(t.Context()); err == nil {
			return
		}
	}
	t.Fatalf("buildkitd does not answer: %v\n%s", err, log)
}
