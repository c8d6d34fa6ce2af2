// Package badinputs is a table of mistakes in a Cargo project, each with the
// line and the message that the user must see. The same table is checked here
// without a daemon and by package integration through a real BuildKit.
package badinputs

import (
	_ "embed" // the project that the mistakes are made in
	"fmt"
	"strings"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

//go:embed testdata/good.txtar
var good []byte

// Case is one mistake.
type Case struct {
	// Reason names the mistake; it is the name of the test.
	Reason string
	// Change makes the mistake in the project; it may be nil.
	Change func(Project)
	// Args are build arguments, Target is --target.
	Args   map[string]string
	Target string
	// OwnToolchain is a case in which no context names the toolchain.
	OwnToolchain bool
	// Entry is the file that the build is started with, "" for Cargo.toml.
	Entry string
	// File is what the error shows, Line what the shown line contains; "" for
	// a mistake in no file, or in no line.
	File, Line string
	// Say are parts of the message.
	Say []string
}

// Project is the files of the context by name.
type Project map[string]string

// Good is a project without a mistake.
func Good() Project {
	p := Project{}
	for _, f := range txtar.Parse(good).Files {
		p[f.Name] = string(f.Data)
	}
	return p
}

// Project gives the files with the mistake in them.
func (c Case) Project() Project {
	p := Good()
	if c.Change != nil {
		c.Change(p)
	}
	return p
}

// FS shows the files.
func (p Project) FS() fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range p {
		fsys[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	return fsys
}

// line gives a line of a file, counted from one.
func (p Project) line(file string, n int) (string, error) {
	lines := strings.Split(p[file], "\n")
	if n < 1 || n > len(lines) {
		return "", fmt.Errorf("%s has no line %d", file, n)
	}
	return lines[n-1], nil
}

// Check compares what an error shows with what the case promises. Line 0 is
// the file as a whole.
func (c Case) Check(message, file string, line int) error {
	for _, want := range c.Say {
		if !strings.Contains(message, want) {
			return fmt.Errorf("the message %q does not contain %q", message, want)
		}
	}
	if file != c.File {
		return fmt.Errorf("the error is about %q, want %q: %s", file, c.File, message)
	}
	if c.Line == "" {
		if line > 1 {
			return fmt.Errorf("the error shows line %d, want the file as a whole: %s", line, message)
		}
		return nil
	}
	text, err := c.Project().line(file, line)
	if err != nil {
		return fmt.Errorf("%w: %s", err, message)
	}
	if !strings.Contains(text, c.Line) {
		return fmt.Errorf("the error shows line %d, %q, want %q: %s", line, text, c.Line, message)
	}
	return nil
}

// swap replaces a text that must be there.
func swap(file, old, now string) func(Project) {
	return func(p Project) {
		if !strings.Contains(p[file], old) {
			panic(fmt.Sprintf("%s does not contain %q", file, old))
		}
		p[file] = strings.Replace(p[file], old, now, 1)
	}
}

// put writes a file, drop removes files.
func put(file, data string) func(Project) {
	return func(p Project) { p[file] = data }
}

func drop(files ...string) func(Project) {
	return func(p Project) {
		for _, f := range files {
			delete(p, f)
		}
	}
}

func add(file, text string) func(Project) {
	return func(p Project) { p[file] += text }
}

// all makes several changes.
func all(changes ...func(Project)) func(Project) {
	return func(p Project) {
		for _, change := range changes {
			change(p)
		}
	}
}

// setting adds a line to the settings, which end the manifest.
func setting(text string) func(Project) { return add("Cargo.toml", text+"\n") }
