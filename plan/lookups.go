package plan

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/org/rust-frontend/cargo"
)

const (
	// LookupsFile is in ReportDir and read by [Plan.ParseLookups].
	LookupsFile = "lookups.json"
	// SourceStep stands for the source step where packages are told apart by their
	// directories.
	SourceStep = ""
	// WholeContext stands for all files of the context.
	WholeContext = "."
)

// Lookups is what the processes of a step have looked for below the project's files,
// cargo apart. Paths are slashed and below the context's root.
type Lookups struct {
	// Unseen is true where the kernel or the runtime does not tell.
	Unseen bool `json:"unseen"`
	// Failed is true for a step that has failed, perhaps for want of a file, and for one
	// over such a step. It has compiled nothing then.
	Failed bool `json:"failed"`
	// Remembered is true for a step that was not tried, for what is remembered of it.
	Remembered bool `json:"remembered"`
	// Missed was not there.
	Missed []string `json:"missed"`
	// Listed are directories with the names that were in them.
	Listed map[string][]string `json:"listed"`
	// Planned are files that the plan has written and somebody else than cargo has read.
	Planned []string `json:"planned"`
}

// LookupsTask has the executor see what is looked for. A step that fails and has missed
// something counts as done and says so, unless the failure is Final: what it missed may
// be in the context.
type LookupsTask struct {
	// Whole are directories whose files the step has, all but those below Parts.
	Whole []string `json:"whole,omitempty"`
	Parts []string `json:"parts,omitempty"`
	Final bool     `json:"final,omitempty"`
	// Forget has it tried whatever is remembered of it.
	Forget bool `json:"forget,omitempty"`
	// Memory tells the step apart in what the executor remembers, whatever its files are.
	Memory string `json:"memory"`
	// Files and Originals are what was found out about it.
	Files     []string `json:"files,omitempty"`
	Originals []string `json:"originals,omitempty"`
}

// Found is what earlier tries have found out about a step.
type Found struct {
	// Files are what the step's packages read besides their own files: paths below the
	// context's root, each with all that lies below it.
	Files []string
	// Originals are files that the plan writes anew and that they read too: they get the
	// context's.
	Originals []string
	// Final is true when the context has nothing more of what the step looks for, Forget
	// when it has nothing of what is remembered of it.
	Final, Forget bool
}

// HasFailed is true for a step that has failed itself.
func (l Lookups) HasFailed() bool { return l.Failed && (l.Unseen || len(l.Missed)+len(l.Planned) > 0) }

// Compiling are the directories of the packages that have a step, those below before
// those above, and [SourceStep].
func (p *Plan) Compiling() []string {
	var out []string
	for i := range p.Layers {
		if p.Layers[i].Tree {
			out = append(out, p.Layers[i].Member)
		}
	}
	return append(out, SourceStep)
}

// Below are those of the steps that one step is over.
func (p *Plan) Below(dir string) []string {
	layer := p.memberLayer(dir)
	var out []string
	for i := range p.Layers {
		if p.Layers[i].Tree && (layer == nil || slices.Contains(layer.Needs, i)) {
			out = append(out, p.Layers[i].Member)
		}
	}
	return out
}

// memberLayer is the layer of a package, nil for the source step.
func (p *Plan) memberLayer(dir string) *Layer {
	i := slices.IndexFunc(p.Layers, func(l Layer) bool { return l.Tree && l.Member == dir })
	if i < 0 {
		return nil
	}
	return &p.Layers[i]
}

// ParseLookups reads LookupsFile. Steps are told apart by their packages' directories.
func (p *Plan) ParseLookups(data []byte) (map[string]Lookups, error) {
	var said map[string]Lookups
	if err := json.Unmarshal(data, &said); err != nil {
		return nil, fmt.Errorf("what the steps looked for: %w", err)
	}
	out := map[string]Lookups{}
	for i := range p.Layers {
		if l := &p.Layers[i]; l.Tree {
			out[l.Member] = said[l.Dir]
		}
	}
	out[SourceStep] = said["source"]
	return out, nil
}

// foundOf gathers what was found out about some packages, the files as patterns.
func foundOf(found map[string]Found, packages []*cargo.Package) Found {
	var out Found
	for _, p := range packages {
		out = out.with(found[p.Dir])
	}
	return out
}

// with adds what was found out about another step.
func (f Found) with(other Found) Found {
	for _, file := range other.Files {
		f.Files = append(f.Files, pattern(file))
	}
	f.Originals = append(f.Originals, other.Originals...)
	slices.Sort(f.Originals)
	f.Originals = slices.Compact(f.Originals)
	return f
}

// lookupsTask is that of a step with the files of some packages. The directory is the one
// that what was found out goes by.
func (c *closure) lookupsTask(dir string, packages []*cargo.Package, found Found) *LookupsTask {
	t, want := &LookupsTask{Final: found.Final, Forget: found.Forget, Files: found.Files, Originals: found.Originals}, map[string]bool{}
	// Of the step's own packages alone: it is in the key.
	sum := sha256.New()
	for _, p := range packages {
		fmt.Fprintf(sum, "%s %s\n", p.Name, p.Dir)
	}
	fmt.Fprintf(sum, "%s %s %q", c.ws.Dir, dir, c.goal)
	t.Memory = fmt.Sprintf("%x", sum.Sum(nil))[:idLength]
	for _, p := range packages {
		want[p.Dir] = true
		t.Whole = append(t.Whole, path.Join(SourceDir, p.Dir))
	}
	for _, p := range c.ws.Packages {
		if !want[p.Dir] && underWanted(want, p.Dir) {
			t.Parts = append(t.Parts, path.Join(SourceDir, p.Dir))
		}
	}
	for _, file := range c.unread(packages) {
		t.Parts = append(t.Parts, path.Join(SourceDir, file))
	}
	slices.Sort(t.Whole)
	slices.Sort(t.Parts)
	return t
}

// runs says whether compiling a package runs code that may read any file: a build script
// or a procedural macro that it depends on.
func (l *layering) runs(n int, p *cargo.Package) bool {
	return slices.ContainsFunc(p.Targets, func(t cargo.Target) bool { return t.Kind == cargo.BuildScript }) ||
		slices.ContainsFunc(l.nodes[n].needs, func(m int) bool { return l.nodes[m].procMacro })
}

// Context says what the build context has.
type Context interface {
	// There gives the paths that a path stands for, links and what they lead to, and none
	// when it is not there.
	There(path string) []string
	// Names gives the names in a directory.
	Names(dir string) []string
}

// Reads gives what a step reads that it has not, as far as it is known: what it missed or
// did not see in a directory, and what it may have missed where that is not seen.
func (p *Plan) Reads(dir string, l Lookups, context Context) Found {
	if l.Unseen {
		if l.Failed || p.runs(dir) {
			return Found{Files: []string{WholeContext}}
		}
		return Found{}
	}
	files := map[string]bool{}
	for _, missed := range l.Missed {
		for _, path := range context.There(missed) {
			files[path] = true
		}
	}
	for listed, had := range l.Listed {
		for _, name := range context.Names(listed) {
			if !slices.Contains(had, name) {
				files[path.Join(listed, name)] = true
			}
		}
	}
	maps.DeleteFunc(files, func(file string, _ bool) bool { return p.neverSeen(file) })
	out := Found{Files: slices.Sorted(maps.Keys(files))}
	for _, file := range l.Planned {
		if len(context.There(file)) > 0 {
			out.Originals = append(out.Originals, file)
		}
	}
	return out
}

// Without leaves out what is known.
func (f Found) Without(known Found) Found {
	return Found{
		Files: slices.DeleteFunc(slices.Clone(f.Files), func(file string) bool {
			return slices.ContainsFunc(known.Files, func(dir string) bool { return within(dir, file) })
		}),
		Originals: slices.DeleteFunc(slices.Clone(f.Originals), func(file string) bool {
			return slices.Contains(known.Originals, file)
		}),
	}
}

// neverSeen says whether no step sees a file, see [closure.never]. The manifests of the
// packages in a step are there, as the plan writes them.
func (p *Plan) neverSeen(file string) bool {
	dir, name := path.Split(file)
	switch name {
	case ".git", "rust-toolchain", "rust-toolchain.toml":
		return true
	case "config", "config.toml":
		above := path.Dir(path.Clean(dir))
		return path.Base(dir) == ".cargo" && within(above, path.Dir(p.LockFile))
	case "Cargo.toml":
		return slices.ContainsFunc(p.Packages, func(pkg Package) bool { return pkg.Dir == path.Clean(dir) })
	}
	return false
}

// runs says whether a step runs code that may read any file.
func (p *Plan) runs(dir string) bool {
	layer := p.memberLayer(dir)
	return layer == nil || layer.Runs
}
