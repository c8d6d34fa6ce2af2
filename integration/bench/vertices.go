package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
)

// progress collects what the benchmark wants to know of a build's progress.
type progress struct {
	vertices map[digest.Digest]*client.Vertex
	logs     map[digest.Digest]*bytes.Buffer
	// spells are the times at which a vertex was at work, by their start.
	spells map[digest.Digest]map[time.Time]*client.Vertex
}

func newProgress() *progress {
	return &progress{
		vertices: map[digest.Digest]*client.Vertex{},
		logs:     map[digest.Digest]*bytes.Buffer{},
		spells:   map[digest.Digest]map[time.Time]*client.Vertex{},
	}
}

// follow reads a status channel to its end.
func (p *progress) follow(ch <-chan *client.SolveStatus) {
	for status := range ch {
		for _, v := range status.Vertexes {
			p.vertices[v.Digest] = v
			if v.Started == nil {
				continue
			}
			if p.spells[v.Digest] == nil {
				p.spells[v.Digest] = map[time.Time]*client.Vertex{}
			}
			p.spells[v.Digest][*v.Started] = v
		}
		for _, l := range status.Logs {
			if p.logs[l.Vertex] == nil {
				p.logs[l.Vertex] = &bytes.Buffer{}
			}
			p.logs[l.Vertex].Write(l.Data)
		}
	}
}

// ran gives the number of build steps that were executed.
func (p *progress) ran() int {
	n := 0
	for d, v := range p.vertices {
		if isStep(v.Name) && p.executed(d) {
			n++
		}
	}
	return n
}

// executed tells whether a vertex ran. BuildKit reports two other things in
// the same words: unpacking an imported result, which lacks the inputs, and
// computing the cache key of a vertex that has no inputs, so that only its
// second spell is the step.
func (p *progress) executed(d digest.Digest) bool {
	inputs, n := 0, 0
	for _, v := range p.spells[d] {
		inputs = max(inputs, len(v.Inputs))
	}
	for _, v := range p.spells[d] {
		if len(v.Inputs) == inputs && v.Completed != nil && !v.Cached {
			n++
		}
	}
	if inputs == 0 {
		n--
	}
	return n > 0
}

// isStep tells steps of a build from what shows up beside them: transfers of
// the context, look-ups of images, imports and exports.
func isStep(name string) bool {
	for _, prefix := range []string{
		"[internal]", "[context ", "[auth]", "exporting ", "preparing ", "sending ", "writing ",
		"importing ", "inferring ", "resolve image config", "load metadata", "local://",
		"oci-layout://", "docker-image://", "merging ",
	} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	return true
}

// layers gives the number of steps that compiled dependencies.
func (p *progress) layers() int {
	n := 0
	for d, v := range p.vertices {
		if strings.HasPrefix(v.Name, "[deps] compile ") && p.executed(d) {
			n++
		}
	}
	return n
}

// compiled lists the packages that cargo announced in the logs.
func (p *progress) compiled() []string {
	var out []string
	for _, log := range p.logs {
		out = append(out, compiledPackages(log.String())...)
	}
	return out
}

// compiledPackages reads cargo's lines "Compiling NAME vVERSION".
func compiledPackages(log string) []string {
	var out []string
	for line := range strings.SplitSeq(log, "\n") {
		pkg, ok := strings.CutPrefix(strings.TrimSpace(line), "Compiling ")
		if ok && !strings.HasPrefix(pkg, "rust-frontend-unit") {
			pkg, _, _ = strings.Cut(pkg, " (")
			out = append(out, pkg)
		}
	}
	return out
}

// explain adds to a build's error what the failed step said last.
func (p *progress) explain(err error) error {
	for d, v := range p.vertices {
		if v.Error == "" || p.logs[d] == nil {
			continue
		}
		return fmt.Errorf("%s: %s", strings.TrimSpace(v.Name), complaint(p.logs[d].String()))
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(text)
}

// complaint picks from a log the first lines that say what is wrong: cargo's
// "error" and what follows it, or the last lines where there is none. A linker's
// command line of some thousand characters helps nobody in a table.
func complaint(log string) string {
	const mostLines, longest = 6, 300
	var lines []string
	for line := range strings.SplitSeq(log, "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "|" && len(line) <= longest {
			lines = append(lines, line)
		}
	}
	start := max(0, len(lines)-mostLines)
	for i, line := range lines {
		if strings.HasPrefix(line, "error") {
			start = i
			break
		}
	}
	return strings.Join(lines[start:min(len(lines), start+mostLines)], " | ")
}
