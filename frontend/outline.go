package frontend

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/solver/pb"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// files are the files that locations of an answer are in.
type files struct {
	b     *builder
	names []string
	data  [][]byte
}

// at gives a location; nil for a place in no file.
func (f *files) at(pos document.Position) *pb.Location {
	if pos.File == "" || pos.Line < 1 {
		return nil
	}
	i := slices.Index(f.names, pos.File)
	if i < 0 {
		data := f.b.project.source(pos.File)
		if data == nil || len(data) > maxSource {
			return nil
		}
		i = len(f.names)
		f.names, f.data = append(f.names, pos.File), append(f.data, data)
	}
	return &pb.Location{SourceIndex: int32(i), Ranges: llb.Ranges(pos.Line, pos.EndLine)}
}

// listTargets lists the binaries and stages that --target can name, with the
// binaries that are built without it.
func (b *builder) listTargets(context.Context) (*targets.List, error) {
	ws := b.project.workspace
	var built []settings.SelectedBin
	if sel, err := settings.Select(ws, b.project.settings, ""); err == nil { // else --target is needed
		built = sel.Bins
	}
	f := &files{b: b, names: []string{b.project.entry.Filename}, data: [][]byte{b.project.entry.Data}}
	list := &targets.List{}
	for _, pkg := range ws.Packages {
		for _, t := range pkg.Targets {
			if !pkg.Member || t.Kind != cargo.Bin {
				continue
			}
			list.Targets = append(list.Targets, targets.Target{
				Name:        t.Name,
				Description: describe(pkg),
				Default: slices.ContainsFunc(built, func(s settings.SelectedBin) bool {
					return s.Package == pkg && s.Target.Name == t.Name
				}),
				Location: f.at(t.Position),
			})
		}
	}
	list.Targets = append(list.Targets, stages()...)
	list.Sources = f.data
	return list, nil
}

// describe says what a package's binary is.
func describe(pkg *cargo.Package) string {
	text := "binary of " + pkg.Name
	if table, ok := pkg.Resolved()["package"].(map[string]any); ok {
		if own, ok := table["description"].(string); ok {
			text += ": " + strings.Join(strings.Fields(own), " ")
		}
	}
	return text
}

// outline lists the settings as build arguments, each with its value and where
// it was set, and the secrets that git dependencies may take.
func (b *builder) outline(context.Context) (*outline.Outline, error) {
	p, err := b.outlined(b.targets()[0])
	if err != nil {
		return nil, err
	}
	f := &files{b: b, names: []string{b.project.entry.Filename}, data: [][]byte{b.project.entry.Data}}
	var bins []string
	for _, bin := range p.Bins {
		bins = append(bins, bin.Name)
	}
	out := &outline.Outline{Name: cmp.Or(strings.Join(bins, ", "), string(p.Goal))}
	for _, pkg := range b.project.workspace.Packages {
		if len(bins) == 1 && pkg.Member && pkg.Name == p.Bins[0].Package {
			out.Description = describe(pkg)
		}
	}
	for _, k := range settings.Keys() {
		arg := outline.Arg{
			Name: k.Name, Description: k.Doc, Value: b.project.settings.Text(k.Name),
			Location: f.at(b.project.settings.Where(k.Name)),
		}
		if arg.Value == "" && k.Default != "" {
			arg.Description += " Default: " + k.Default + "."
		}
		out.Args = append(out.Args, arg)
	}
	b.outlineGit(p, f, out)
	out.Sources = f.data
	return out, nil
}

// outlineGit lists what BuildKit's git source takes from the client
// (client/llb/source.go).
func (b *builder) outlineGit(p *plan.Plan, f *files, out *outline.Outline) {
	for _, git := range p.Git {
		at := f.at(document.Position{File: b.project.workspace.LockFile(), Line: git.Line})
		if strings.HasPrefix(git.URL, "ssh://") {
			if len(out.SSH) == 0 {
				out.SSH = append(out.SSH, outline.SSH{Name: "default", Required: true, Location: at})
			}
		} else if len(out.Secrets) == 0 {
			out.Secrets = append(out.Secrets,
				outline.Secret{Name: "GIT_AUTH_TOKEN", Location: at}, outline.Secret{Name: "GIT_AUTH_HEADER", Location: at})
		}
	}
}
