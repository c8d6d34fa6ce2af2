package plan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// slots runs steps like layers, on a machine of their own.
type slots struct {
	t       *testing.T
	dir     string
	started []*exec.Cmd
}

func newSlots(t *testing.T, processors int) *slots {
	t.Helper()
	for _, tool := range []string{"sh", "flock", "mkfifo"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatal(err)
		}
	}
	s := &slots{t: t, dir: t.TempDir()}
	writeFile(t, filepath.Join(s.dir, "nproc"), fmt.Sprintf("#!/bin/sh\necho %d\n", processors), 0o755)
	makeDirs(t, filepath.Join(s.dir, "slots"))
	return s
}

// script puts a script's directories to where those of the test are.
func (s *slots) script(home, text string) string {
	return strings.NewReplacer(SlotsDir, filepath.Join(s.dir, "slots"), HomeDir, filepath.Join(s.dir, home)).Replace(text)
}

// start starts a step that waits for a processor and then takes some time.
func (s *slots) start(name string, seconds float64) {
	s.t.Helper()
	if err := os.Mkdir(filepath.Join(s.dir, name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	log := filepath.Join(s.dir, "log")
	script := "set -e\n" + s.script(name, slot(name)) +
		fmt.Sprintf("echo + %[2]s >>%[1]s\nsleep %[3]g\necho - %[2]s >>%[1]s\n", log, name, seconds)
	cmd := exec.CommandContext(s.t.Context(), "sh", "-uc", script)
	cmd.Env = append(os.Environ(), "PATH="+s.dir+":"+os.Getenv("PATH"))
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.started = append(s.started, cmd)
}

// wait gives what was started and ended, in order, when all is.
func (s *slots) wait() []string {
	s.t.Helper()
	for _, cmd := range s.started {
		if err := cmd.Wait(); err != nil {
			s.t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// A step that waits takes whatever slot is free first: a long step next to it
// does not hold up the short ones, and never do more steps run than there are
// processors.
func TestSlots(t *testing.T) {
	s := newSlots(t, 2)
	s.start("long", 2)
	time.Sleep(200 * time.Millisecond)
	const short = 8
	for i := range short {
		s.start(fmt.Sprintf("short%d", i), 0.05)
	}
	lines := s.wait()
	running := 0
	for _, line := range lines {
		if line[0] == '-' {
			running--
		} else {
			running++
		}
		if running > 2 {
			t.Errorf("more steps than processors run: %q", lines)
		}
	}
	if len(lines) != 2*(short+1) || lines[len(lines)-1] != "- long" {
		t.Errorf("the short steps waited for the long one: %q", lines)
	}
}

// The urgent steps run first although they came last, but for the one that was
// next; whoever nobody has said anything of is not urgent.
func TestUrgentStepsOvertake(t *testing.T) {
	s := newSlots(t, 1)
	var layers []Layer
	var urgencies []int
	for _, name := range []string{"a0", "a1", "b1", "a2", "b2", "a3", "b3"} {
		layers, urgencies = append(layers, Layer{Dir: name}), append(urgencies, int(name[1]-'0'))
	}
	if err := exec.CommandContext(t.Context(), "sh", "-euc", s.script("", urgencyStep(layers, urgencies).Script)).Run(); err != nil {
		t.Fatal(err)
	}
	s.start("first", 2)
	for _, name := range []string{"unknown", "a0", "a1", "b1", "a2", "b2", "a3", "b3"} {
		time.Sleep(100 * time.Millisecond)
		s.start(name, 0.05)
	}
	lines := s.wait()
	var order []string
	for _, line := range lines {
		if name, ok := strings.CutPrefix(line, "+ "); ok {
			order = append(order, name)
		}
	}
	if len(order) != 9 || order[0] != "first" || order[1] != "unknown" {
		t.Fatalf("the order is %q, want the first two first", order)
	}
	place := func(name string) int { return slices.Index(order, name) }
	for _, urgent := range []string{"a3", "b3"} {
		for _, other := range []string{"a0", "b1"} {
			if place(urgent) > place(other) {
				t.Errorf("%s waited for %s: %q", urgent, other, order)
			}
		}
	}
}
