// Package cargosuite lists the projects of integration/testdata/cargo: scripts for
// TestCargoSuite, each after a test of cargo's own suite.
package cargosuite

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Fraction is how many projects there are for each that a test run takes by default.
const Fraction = 4

// Case is one project.
type Case struct {
	File    string // below testdata/cargo: AREA/NAME.txtar
	Area    string
	Tests   []string // of cargo: FILE.rs::NAME
	Promise string
	Differs string // why this is not as with cargo, or ""
}

var (
	header  = regexp.MustCompile(`^# ((?:\w+\.rs::\w+(?:, )?)+): (.+)$`)
	differs = regexp.MustCompile(`(?m)^# differs: (.+)$`)
)

// Read reads the first lines of all scripts, in the order of their names.
func Read(fsys fs.FS) ([]Case, error) {
	names, err := fs.Glob(fsys, "*/*.txtar")
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		line, _, _ := strings.Cut(string(data), "\n")
		m := header.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("%s: the first line is not # FILE.rs::TEST: PROMISE", name)
		}
		c := Case{File: name, Area: path.Dir(name), Tests: strings.Split(m[1], ", "), Promise: m[2]}
		if m := differs.FindStringSubmatch(string(data)); m != nil {
			c.Differs = m[1]
		}
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Compare(a.File, b.File) })
	return cases, nil
}
