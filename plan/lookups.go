package plan

import (
	"slices"

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

// Below are those of the steps that one step is over.
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
		Files: slices.DeleteFunc(slices.Clone(f.Files), func(file string) bool {
			return slices.ContainsFunc(known.Files, func(dir string) bool { return cargo.Within(dir, file) })
		}),
		Originals: slices.DeleteFunc(slices.Clone(f.Originals), func(file string) bool {
			return slices.Contains(known.Originals, file)
		}),
	}
}
