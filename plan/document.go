package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Where a layer finds and leaves things.
const (
	// ExecutorFile is the step executor, which also stands in for rustc.
	ExecutorFile = "/rust-frontend/executor"
	// StepVariable holds a step's document, or the name of a file that holds it. It is gone
	// before anything else is started.
	StepVariable = "RUST_FRONTEND_STEP"
	// StepFile holds the document of a step that is longer than [MostInVariable].
	StepFile = "/rust-frontend-step/document.json"
	// BuiltDir holds the outputs of the layers below, a directory each.
	BuiltDir = "/built"
	// OutputDir is where a layer leaves its own, in TargetDir: so that files
	// are moved and not copied.
	OutputDir = "/rust-frontend-out"
	// InfoDir holds what cargo has found out about the compiler.
	InfoDir = "/rustc-info"
	// OriginalsDir holds files of the context that the plan has written anew, for those
	// who read them beside cargo.
	OriginalsDir = "/originals"
	// SlotsDir is shared by all layers of a machine, which wait there for a processor.
	SlotsDir = "/slots"
	// stubsDir holds the packages of VendorDir that cargo only resolves, in
	// [Step.Files].
	StubsDir = "rust-frontend-stubs"
	// What cargo found out, with the stand-in for the packages of the workspace, with that
	// for all packages, and without.
	WrappedInfo = "wrapped"
	MemberInfo  = "member"
	PlainInfo   = "plain"
	// LayoutFile is in InfoDir and read by answers.ParseLayout.
	LayoutFile = "layout"
	// UnitsFile is the unit graph, MetadataFile what answers.ParseMetadata reads, SizesFile what
	// answers.ParseSizes does; all are in OutDir.
	UnitsFile    = "units.json"
	MetadataFile = "metadata.json"
	SizesFile    = "sizes"
)

// MostInVariable is the longest document that a variable holds, in bytes: Linux takes one
// of 128 KiB, and as much of all arguments and variables whatever the limits of the
// process are (execve(2)).
const MostInVariable = 100_000

// document is what the step executor reads.
type document struct {
	Dirs map[string]string `json:"dirs"`
	// FileTime and OutputTime are the constants of that name, FailedCodes are [failedCodes].
	FileTime    int            `json:"fileTime"`
	OutputTime  int            `json:"outputTime"`
	FailedCodes [][2]int       `json:"failedCodes"`
	Blame       []string       `json:"blame,omitempty"`
	Files       []documentFile `json:"files,omitempty"`
	Links       []documentLink `json:"links,omitempty"`
	Task        Task           `json:"task"`
}

type documentFile struct {
	Path string `json:"path"`
	Text string `json:"text,omitempty"`
}

// documentLink is a [Link] with whole paths.
type documentLink struct {
	Path string `json:"path"`
	To   string `json:"to"`
}

// Document is what the step executor reads: the task, the files that the plan writes, and
// where things stand. It depends on the step alone.
func (s *Step) Document() []byte {
	d := document{
		Dirs: map[string]string{
			"source": SourceDir, "vendor": VendorDir, "target": TargetDir, "output": TargetDir + OutputDir, "home": HomeDir,
			"out": OutDir, "built": BuiltDir, "info": InfoDir, "archives": ArchivesDir, "slots": SlotsDir, "report": ReportDir, "originals": OriginalsDir,
		},
		FileTime: FileTime, OutputTime: OutputTime, FailedCodes: failedCodes(),
		Task: s.Task,
	}
	for _, p := range s.Blame {
		d.Blame = append(d.Blame, p.Name)
	}
	for _, f := range s.Files {
		name := path.Join(SourceDir, f.Path)
		if stub, ok := strings.CutPrefix(f.Path, StubsDir+"/"); ok {
			name = path.Join(VendorDir, stub)
		} else if path.IsAbs(f.Path) {
			name = f.Path
		}
		d.Files = append(d.Files, documentFile{Path: name, Text: string(f.Data)})
	}
	for _, l := range s.Links {
		d.Links = append(d.Links, documentLink{path.Join(VendorDir, l.Path), path.Join(VendorDir, l.To)})
	}
	return toJSON(d)
}

// IDLength is how many hexadecimal digits tell steps apart.
const IDLength = 16

// ID tells the step apart from others, whatever build it belongs to. The executor makes it
// of the document too.
func (s *Step) ID() string { return fmt.Sprintf("%x", sha256.Sum256(s.Document()))[:IDLength] }

// Text is the task for keys that people compare.
func (t *Task) Text() []byte { return toJSON(t) }

// toJSON writes a value of types that can be written.
func toJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // no channel or function is in it
	}
	return bytes.TrimSpace(b.Bytes())
}
