package plan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A step that waits takes whatever slot is free first: a long step next to it
// does not hold up the short ones, and never do more steps run than there are
// processors.
func TestSlots(t *testing.T) {
	for _, tool := range []string{"sh", "flock", "mkfifo"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("nproc", "#!/bin/sh\necho 2\n", 0o755)
	if err := os.Mkdir(filepath.Join(dir, "slots"), 0o755); err != nil {
		t.Fatal(err)
	}
	start := func(name string, seconds float64) *exec.Cmd {
		home := filepath.Join(dir, name)
		if err := os.Mkdir(home, 0o755); err != nil {
			t.Fatal(err)
		}
		script := strings.NewReplacer(SlotsDir, filepath.Join(dir, "slots"), HomeDir, home).Replace(slot())
		log := filepath.Join(dir, "log")
		script = "set -e\n" + script + fmt.Sprintf("echo + %[2]s >>%[1]s\nsleep %[3]g\necho - %[2]s >>%[1]s\n", log, name, seconds)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	all := []*exec.Cmd{start("long", 2)}
	time.Sleep(200 * time.Millisecond)
	const short = 8
	for i := range short {
		all = append(all, start(fmt.Sprintf("short%d", i), 0.05))
	}
	for _, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	running := 0
	for _, line := range lines {
		if line[0] == '-' {
			running--
		} else {
			running++
		}
		if running > 2 {
			t.Errorf("more steps than processors run:\n%s", data)
		}
	}
	if len(lines) != 2*(short+1) || lines[len(lines)-1] != "- long" {
		t.Errorf("the short steps waited for the long one:\n%s", data)
	}
}
