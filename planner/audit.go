package planner

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// auditSection is where tools look for the list in a binary.
// https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
const auditSection = ".dep-v0"

// auditFormat is the revision that tells procedural macros from what is linked.
// https://github.com/rust-secure-code/cargo-auditable/blob/master/cargo-auditable.schema.json
const auditFormat = 1

type auditList struct {
	Packages []auditPackage `json:"packages"`
	Format   int            `json:"format"`
}

type auditPackage struct {
	Name         string `json:"name"`
	Version      string `json:"version"`
	Source       string `json:"source"`
	Kind         string `json:"kind,omitempty"`         // "build", else it is in the binary
	Dependencies []int  `json:"dependencies,omitempty"` // indices, sorted
	Root         bool   `json:"root,omitempty"`
}

// writeAudit makes a list for each binary. It fails when the unit graph does not
// belong to Cargo.lock: a list that may be wrong is worse than none.
func (p draft) writeAudit(c *manifest.Closure, s *settings.Settings, in known, f *manifest.Fetched) error {
	packages, err := p.compiled(c, in, f)
	if err != nil {
		return &document.Error{Position: s.Where("auditable"), Msg: "auditable: what is compiled is not known", Err: err}
	}
	for i := range p.Bins {
		list, err := audit(packages, p.Bins[i].Name)
		if err != nil {
			return err
		}
		data, err := compress(list)
		if err != nil {
			return err
		}
		p.Audit = append(p.Audit, plan.File{Path: p.Bins[i].Name, Data: data})
		p.Source.Key = append(p.Source.Key, fmt.Sprintf("packages of %s: sha256:%x", p.Bins[i].Name, sha256.Sum256(data)))
	}
	return nil
}

// audit lists the packages that a binary is compiled from. What a build script or
// procedural macro alone needs is of the kind "build".
func audit(packages []plan.Component, bin string) (auditList, error) {
	root := slices.IndexFunc(packages, func(m plan.Component) bool {
		return slices.ContainsFunc(m.Bins, func(b plan.Bin) bool { return b.Name == bin })
	})
	if root < 0 {
		return auditList{}, fmt.Errorf("cargo's unit graph does not have the package of the binary %s", bin)
	}
	needs := func(linked bool) func(int) []int {
		return func(i int) []int {
			var out []int
			for _, n := range packages[i].Dependencies {
				if !linked || n.Scope == plan.Linked {
					out = append(out, n.Component)
				}
			}
			slices.Sort(out)
			return slices.Compact(out)
		}
	}
	inBinary, all := reach([]int{root}, needs(true)), reach([]int{root}, needs(false))
	out := auditList{Format: auditFormat}
	for _, i := range all {
		m := &packages[i]
		entry := auditPackage{Name: m.Name, Version: m.Version, Source: auditSource(m.Source), Root: i == root}
		if _, linked := slices.BinarySearch(inBinary, i); !linked {
			entry.Kind = "build"
		}
		for _, j := range needs(false)(i) {
			at, _ := slices.BinarySearch(all, j)
			entry.Dependencies = append(entry.Dependencies, at)
		}
		out.Packages = append(out.Packages, entry)
	}
	return out, nil
}

// auditSource is the word for a source. What replaces the default registry has its
// packages all the same.
func auditSource(s cargo.Source) string {
	switch {
	case s.Kind == cargo.PathSource:
		return "local"
	case s.Kind == cargo.GitSource:
		return "git"
	case s.IsCratesIO():
		return "crates.io"
	}
	return "registry"
}

func compress(list auditList) ([]byte, error) {
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
