package frontend

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// project is what was read from the build context.
type project struct {
	// entry is the file that the build was started with.
	entry     *dockerui.Source
	files     *contextFS
	context   *buildContext
	workspace *cargo.Workspace
	settings  *plan.Settings
	warnings  []plan.Warning
}

// readProject reads the entry file, lists the context, and reads the workspace
// and the settings. On an error the project holds what is known so far, for
// the error's source location.
func readProject(ctx context.Context, bc *dockerui.Client) (*project, error) {
	p := &project{}
	var err error
	name := bc.BuildOpts().Opts[keyFilename]
	if p.entry, err = bc.ReadEntrypoint(ctx, "TOML"); err != nil {
		return p, missingManifest(name, err)
	}
	if p.context, err = newBuildContext(ctx, bc); err != nil {
		return p, err
	}
	if p.files, err = p.context.metadata(ctx); err != nil {
		return p, err
	}
	if p.workspace, err = cargo.Load(p.files); err != nil {
		return p, err
	}
	if p.settings, p.warnings, err = p.readSettings(bc); err != nil {
		return p, err
	}
	// A named context called "toolchain" wins over every setting.
	named, err := bc.NamedContext(toolchainContext, dockerui.ContextOpt{})
	if named != nil {
		p.settings.Toolchain = toolchainContext
	}
	return p, err
}

// readSettings merges the settings. The entry file is the workspace's
// manifest, a member's manifest, which selects that member, or a settings file.
func (p *project) readSettings(bc *dockerui.Client) (*plan.Settings, []plan.Warning, error) {
	src := plan.SettingsSource{BuildArgs: bc.BuildArgs, Cmdline: plan.SyntaxArgs(bc.BuildOpts().Opts[keyCmdline])}
	name := p.entry.Filename
	switch {
	case path.Base(name) != manifestName:
		file, err := cargo.ParseManifest(name, p.entry.Data)
		if err != nil {
			return nil, nil, err
		}
		src.File = file
	case string(p.entry.Data) != string(p.workspace.Root.Raw):
		member, err := p.memberOf(p.entry.Data)
		if err != nil {
			return nil, nil, err
		}
		src.Cmdline = withPackage(src.Cmdline, member.Name)
	}
	return plan.LoadSettings(p.workspace, src)
}

// memberOf finds the package whose manifest is the entry file. A client sends
// the file's name without its directory, so the bytes must tell.
func (p *project) memberOf(manifest []byte) (*cargo.Package, error) {
	var found *cargo.Package
	for _, pkg := range p.workspace.Packages {
		if string(pkg.Manifest.Raw) != string(manifest) {
			continue
		}
		if found != nil {
			return nil, cargo.Errorf(cargo.Position{File: found.Manifest.File},
				"the manifest given with -f is the same as that of %s; choose with --build-arg package=NAME", pkg.Dir)
		}
		found = pkg
	}
	if found == nil {
		return nil, cargo.Errorf(cargo.Position{File: p.entry.Filename},
			"the manifest given with -f is not in the workspace of the build context; give the workspace's root as context")
	}
	return found, nil
}

// withPackage adds a package unless the arguments name one.
func withPackage(args map[string]string, name string) map[string]string {
	if args["package"] == "" {
		args["package"] = name
	}
	return args
}

// checkExtra makes sure that the files for the image are there: BuildKit would
// say so without the line, and after everything is compiled.
func (p *project) checkExtra(extra []plan.ExtraFile) error {
	for _, f := range extra {
		found, err := fs.Glob(p.files, f.From)
		if len(found) > 0 || errors.Is(err, path.ErrBadPattern) {
			continue
		}
		at := p.settings.Where("image.files")
		if at.File != "" && f.Line > 0 {
			at.Line, at.Column = f.Line, 0
		}
		return cargo.Errorf(at, "image.files: %q is not in the build context, or an ignore file excludes it", f.From)
	}
	return nil
}

// source gives a file's text for an error, or nil.
func (p *project) source(name string) []byte {
	if p == nil {
		return nil
	}
	if p.files != nil {
		if data, err := p.files.ReadFile(name); err == nil {
			return data
		}
	}
	if p.entry != nil && p.entry.Filename == name {
		return p.entry.Data
	}
	return nil
}

// evaluate solves a state and gives its reference.
func evaluate(ctx context.Context, c client.Client, req client.SolveRequest) (client.Reference, error) {
	res, err := c.Solve(ctx, req)
	if err != nil {
		return nil, err
	}
	return res.SingleRef()
}
