package plan

import (
	"bytes"
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
	said    []*bytes.Buffer // what each of them printed
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

// start starts a step, of the layer before the first slash, that waits for a processor and
// then takes some time.
func (s *slots) start(name string, seconds float64) {
	s.t.Helper()
	if err := os.Mkdir(filepath.Join(s.dir, name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	log := filepath.Join(s.dir, "log")
	layer, _, _ := strings.Cut(name, "/")
	script := "set -e\n" + s.script(name, slot(layer)) +
		fmt.Sprintf("echo + %[2]s >>%[1]s\nsleep %[3]g\necho - %[2]s >>%[1]s\n", log, name, seconds)
	cmd := exec.CommandContext(s.t.Context(), "sh", "-uc", script)
	cmd.Env = append(os.Environ(), "PATH="+s.dir+":"+os.Getenv("PATH"))
	said := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.started, s.said = append(s.started, cmd), append(s.said, said)
}

// wait gives what was started and ended, in order, when all is.
func (s *slots) wait() []string {
	s.t.Helper()
	for i, cmd := range s.started {
		if err := cmd.Wait(); err != nil || s.said[i].Len() > 0 {
			s.t.Fatalf("%v, or somebody reads in a step's log: %s", err, s.said[i])
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

// The urgent steps run first although they came last, in the order of their urgency, but
// for the one that was next; whoever nobody has said anything of is not urgent. A step
// that was stopped while it waited holds up nobody.
func TestUrgentStepsOvertake(t *testing.T) {
	s := newSlots(t, 1)
	names := []string{"a0", "a1", "b1", "a3", "b2", "a2", "b3"}
	var layers []Layer
	var urgencies []int
	for _, name := range names {
		layers, urgencies = append(layers, Layer{Dir: name}), append(urgencies, int(name[1]-'0'))
	}
	if err := exec.CommandContext(t.Context(), "sh", "-euc", s.script("", urgencyStep(layers, urgencies).Script)).Run(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(s.dir, "slots", waitingDir, "000-stopped"), "", 0o644)
	s.start("first", 2)
	for _, name := range append([]string{"unknown"}, names...) {
		time.Sleep(100 * time.Millisecond)
		s.start(name, 0.05)
	}
	var order []string
	for _, line := range s.wait() {
		if name, ok := strings.CutPrefix(line, "+ "); ok {
			order = append(order, name)
		}
	}
	want := []string{"first", "unknown", "a3", "b3", "a2", "b2", "a1", "b1", "a0"}
	if !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
	left, err := os.ReadDir(filepath.Join(s.dir, "slots", waitingDir))
	if err != nil || len(left) > 0 {
		t.Errorf("files that are left: %v, %v", left, err)
	}
}

// Many steps at once, two of each layer as when two builds have one, all get their turn.
func TestEveryStepGetsASlot(t *testing.T) {
	s := newSlots(t, 3)
	const layers = 20
	for i := range layers {
		s.start(fmt.Sprintf("layer%d", i), 0.01)
		s.start(fmt.Sprintf("layer%d/again", i), 0.01)
	}
	if lines := s.wait(); len(lines) != 2*2*layers {
		t.Errorf("%d lines, want %d: %q", len(lines), 2*2*layers, lines)
	}
}
