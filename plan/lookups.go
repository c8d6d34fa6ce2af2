package plan

import (
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
)

const (
	// LookupsFile is in ReportDir and read by answers.ParseLookups.
	LookupsFile = "lookups.json"
	// SourceStep stands for the source step where packages are told apart by their
	// directories.
	SourceStep = ""
	// DepsStep stands for the dependencies step, which is seen when it compiles packages of
	// the project.
	DepsStep = "/deps"
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
	// Runs is true where code runs that may read any file.
	Runs bool `json:"-"`
	// Memory are names that the step goes by in what the executor remembers, whatever its
	// files are. What is remembered by the first of them counts.
	Memory []string `json:"memory"`
	// Below are those of the steps below that are seen. Over one that lacks what is
	// remembered of it nothing is tried: it would be in vain.
	Below [][]string `json:"below,omitempty"`
	// Files, Originals and Listed are what was found out about it, to be remembered: Listed
	// is [Found.Names].
	Files     []string `json:"files,omitempty"`
	Originals []string `json:"originals,omitempty"`
	Listed    []string `json:"listed,omitempty"`
	// Names are made if they are not there, and empty.
	Names []string `json:"names,omitempty"`
}

// Found is what earlier tries have found out about a step.
type Found struct {
	// Files are what the step's packages read besides their own files: paths below the
	// context's root, each with all that lies below it.
	Files []string
	// Names are what they have seen of a directory, and not looked at further: files, and
	// directories with a slash behind. They are there, and empty.
	Names []string
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
// those above, or [DepsStep], and [SourceStep].
func (p *Plan) Compiling() []string {
	out := p.SeenDeps()
	for i := range p.Layers {
		if p.Layers[i].Tree {
			out = append(out, p.Layers[i].Member)
		}
	}
	return append(out, SourceStep)
}

// Below are those of the steps that one step is over, the lowest first.
func (p *Plan) Below(dir string) []string {
	if dir == DepsStep {
		return nil
	}
	layer, out := p.MemberLayer(dir), p.SeenDeps()
	for i := range p.Layers {
		if p.Layers[i].Tree && (layer == nil || slices.Contains(layer.Needs, i)) {
			out = append(out, p.Layers[i].Member)
		}
	}
	return out
}

// SeenDeps is [DepsStep] if there is one and it sees what is looked for.
func (p *Plan) SeenDeps() []string {
	if p.Deps == nil || p.Deps.Task.Lookups == nil {
		return nil
	}
	return []string{DepsStep}
}

// MemberLayer is the layer of a package, nil for the source step.
func (p *Plan) MemberLayer(dir string) *Layer {
	i := slices.IndexFunc(p.Layers, func(l Layer) bool { return l.Tree && l.Member == dir })
	if i < 0 {
		return nil
	}
	return &p.Layers[i]
}

// Without leaves out what is known.
func (f Found) Without(known Found) Found {
	return Found{
		Files: slices.DeleteFunc(slices.Clone(f.Files), known.has),
		Names: slices.DeleteFunc(slices.Clone(f.Names), func(name string) bool {
			return known.has(strings.TrimSuffix(name, "/")) || slices.Contains(known.Names, name)
		}),
		Originals: slices.DeleteFunc(slices.Clone(f.Originals), func(file string) bool {
			return slices.Contains(known.Originals, file)
		}),
	}
}

// has says whether a file is one of those, or below one.
func (f Found) has(file string) bool {
	return slices.ContainsFunc(f.Files, func(dir string) bool { return cargo.Within(dir, file) })
}

// Empty is true when nothing is found out.
func (f Found) Empty() bool { return len(f.Files)+len(f.Names)+len(f.Originals) == 0 }

// And adds what else was found out.
func (f Found) And(more Found) Found {
	union := func(a, b []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
	}
	f.Files, f.Names, f.Originals = union(f.Files, more.Files), union(f.Names, more.Names), union(f.Originals, more.Originals)
	return f
}
