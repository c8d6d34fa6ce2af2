package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// sampling is the time between two looks at the memory.
const sampling = 100 * time.Millisecond

// load watches a process and all below it while a build runs.
type load struct {
	tree *processes
	peak int64
	quit chan struct{}
	done chan struct{}
}

// watchLoad starts to watch.
func watchLoad(pid int) *load {
	l := &load{tree: newProcesses(pid), quit: make(chan struct{}), done: make(chan struct{})}
	go l.sample()
	return l
}

func (l *load) sample() {
	defer close(l.done)
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	var highest int64
	for {
		// The kernel walks the page tables for the second figure. To do it at
		// each look would slow the build down.
		resident, proportional := l.tree.memory(highest + highest/20)
		if proportional > 0 {
			highest, l.peak = resident, max(l.peak, proportional)
		}
		select {
		case <-l.quit:
			return
		case <-tick.C:
		}
	}
}

// stop gives the most memory that was held at a sample, in bytes.
func (l *load) stop() int64 {
	close(l.quit)
	<-l.done
	return l.peak
}

// processes is a process and all below it. A container's processes are below
// runc, which is below the daemon.
type processes struct {
	root int
	// parents has every process that was ever seen, as its parent was then:
	// each is read once, and one whose parent ended stays below the root.
	parents map[int]int
}

func newProcesses(root int) *processes { return &processes{root: root, parents: map[int]int{}} }

// list gives those that there are now.
func (p *processes) list() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var all, out []int
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		all = append(all, pid)
		if _, seen := p.parents[pid]; seen {
			continue
		}
		data, _ := os.ReadFile("/proc/" + name + "/stat")
		if s, err := parseStat(string(data)); err == nil {
			p.parents[pid] = s.parent
		}
	}
	for _, pid := range all {
		if p.below(pid) {
			out = append(out, pid)
		}
	}
	return out
}

// below tells whether a process is the root or below it.
func (p *processes) below(pid int) bool {
	// A number that was used twice could close a circle.
	for range len(p.parents) + 1 {
		if pid == p.root {
			return true
		}
		parent, ok := p.parents[pid]
		if !ok {
			return false
		}
		pid = parent
	}
	return false
}

// memory sums the resident memory of the processes and, if that is more than
// a limit, their proportional share of it in bytes, in which what several have
// in common counts once.
func (p *processes) memory(limit int64) (resident, proportional int64) {
	pids := p.list()
	for _, pid := range pids {
		resident += residentBytes(pid)
	}
	if resident <= limit {
		return resident, 0
	}
	for _, pid := range pids {
		proportional += proportionalBytes(pid)
	}
	return resident, proportional
}

// processStat is what the benchmark reads of /proc/PID/stat, see proc(5).
type processStat struct {
	parent int
	// ticks is the user and system time of the process and of the children it
	// has waited for, in clock ticks.
	ticks int64
}

// ticksPerSecond is USER_HZ, which is 100 on every platform Linux has today.
const ticksPerSecond = 100

// parseStat reads /proc/PID/stat. The name in it may have any character.
func parseStat(text string) (processStat, error) {
	const parent, utime, cstime = 1, 11, 14 // counted behind the name
	fields := strings.Fields(text[strings.LastIndex(text, ")")+1:])
	if len(fields) <= cstime {
		return processStat{}, errors.New("read /proc/PID/stat: too short")
	}
	var s processStat
	var err error
	if s.parent, err = strconv.Atoi(fields[parent]); err != nil {
		return s, fmt.Errorf("read /proc/PID/stat: %w", err)
	}
	for _, f := range fields[utime : cstime+1] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return s, fmt.Errorf("read /proc/PID/stat: %w", err)
		}
		s.ticks += n
	}
	return s, nil
}

// cpuSeconds is the time of a process and of all that it has waited for.
func cpuSeconds(pid int) (float64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	s, err := parseStat(string(data))
	return float64(s.ticks) / ticksPerSecond, err
}

// residentBytes is 0 for a process that has ended.
func residentBytes(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

func proportionalBytes(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	return parseRollup(string(data))
}

// parseRollup gives the line Pss of smaps_rollup in bytes, 0 without one.
func parseRollup(text string) int64 {
	for line := range strings.SplitSeq(text, "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			return kib * 1024
		}
	}
	return 0
}
