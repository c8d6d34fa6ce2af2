package frontend

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/moby/buildkit/frontend/dockerui"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/lint"
	"github.com/org/rust-frontend/settings"
)

// project is what was read from the build context.
type project struct {
	// entry is the file that the build was started with.
	entry *dockerui.Source
	// planEntry is the entry file as plan and lint see it.
	planEntry settings.Entry
	files     *contextFS
	context   *buildContext
	workspace *cargo.Workspace
	// stage is what --target names beside binaries and packages, or "".
	stage    string
	settings *settings.Settings
	warnings []settings.Warning
}

// readProject reads the entry file, lists the context, and reads the workspace
// and the settings. On an error the project holds what is known so far, for
// the error's source location.
func readProject(ctx context.Context, bc *dockerui.Client) (*project, error) {
	p := &project{}
	var err error
	name := bc.BuildOpts().Opts[keyFilename]
	if p.entry, err = bc.ReadEntrypoint(ctx, "TOML"); err != nil {
		return p, unreadable(name, err)
	}
	if p.context, err = newBuildContext(ctx, bc); err != nil {
		return p, err
	}
	if p.files, err = p.context.metadata(ctx); err != nil {
		return p, err
	}
	p.planEntry = settings.Entry{Name: p.entry.Filename, Data: p.entry.Data, Cmdline: bc.BuildOpts().Opts[keyCmdline]}
	if p.workspace, err = p.planEntry.Load(p.files); err != nil {
		return p, err
	}
	p.stage = takeStage(bc, p.workspace)
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

// readSettings merges the settings of the entry file, the manifests and the
// build arguments.
func (p *project) readSettings(bc *dockerui.Client) (*settings.Settings, []settings.Warning, error) {
	src, err := p.planEntry.Source(p.workspace)
	if err != nil {
		return nil, nil, err
	}
	src.BuildArgs, src.Target, src.Goal = bc.BuildArgs, bc.Target, settings.TargetGoal(p.workspace, p.stage)
	loaded, warnings, err := settings.Load(p.workspace, src)
	if err != nil {
		return nil, nil, err
	}
	return loaded, warnings, lint.CheckSettings(loaded)
}

// checkExtra makes sure that the files for the image are there: BuildKit would
// say so without the line, and after everything is compiled. A mode is that of
// folders too (solver/llbsolver/file/backend.go), so one that cannot be entered
// is refused.
func (p *project) checkExtra(extra []settings.ExtraFile) error {
	for _, f := range extra {
		at := p.settings.Where("image.files")
		if at.File != "" && f.Line > 0 {
			at.Line, at.Column = f.Line, 0
		}
		found, err := fs.Glob(p.files, f.Path())
		if len(found) == 0 && !errors.Is(err, path.ErrBadPattern) {
			return document.Errorf(at, "image.files: %q is not in the build context, or an ignore file excludes it", f.From)
		}
		closed := f.Mode&0o444>>2&^f.Mode != 0
		for _, name := range found {
			if info, err := fs.Stat(p.files, name); closed && err == nil && info.IsDir() {
				return document.Errorf(at, "image.files: mode %#o would make the folder %s unreadable, since folders get it too: "+
					"name its files in `from`, or leave out `mode` to keep their own", f.Mode, name)
			}
		}
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
