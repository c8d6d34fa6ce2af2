package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// sampling is the time between two looks at the memory.
const sampling = 100 * time.Millisecond

// load watches a process and all below it while a build runs.
type load struct {
	pid  int
	peak int64
	quit chan struct{}
	done chan struct{}
}

// watchLoad starts to watch.
func watchLoad(pid int) *load {
	l := &load{pid: pid, quit: make(chan struct{}), done: make(chan struct{})}
	go l.sample()
	return l
}

// memory sums the resident memory of a process and all below it and, if that is more than
// a limit, their proportional share of it in bytes, in which what several have
// in common counts once. To find that out the kernel walks the page tables:
// too much to do it each time.
func memory(root int, limit int64) (resident, proportional int64) {
	pids := descendants(root)
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

func (l *load) sample() {
	defer close(l.done)
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	var highest int64
	for {
		resident, proportional := memory(l.pid, highest)
		highest = max(highest, resident)
		l.peak = max(l.peak, proportional)
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

// descendants lists a process and all below it. A container's processes are
// below runc, which is below the daemon.
func descendants(root int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	children := map[int][]int{}
	for _, name := range stats {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // it ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if s, err := parseStat(string(data)); err == nil {
			children[s.parent] = append(children[s.parent], pid)
		}
	}
	out := []int{root}
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i]]...)
	}
	return out
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
