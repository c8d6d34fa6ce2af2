package frontend

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// inputPattern is a pattern of the setting `inputs`.
type inputPattern struct {
	text string
	at   document.Position
}

// inputPatterns lists them, those of the members' own tables too.
func (p *project) inputPatterns() []inputPattern {
	var out []inputPattern
	for _, text := range p.settings.Inputs {
		out = append(out, inputPattern{text, p.settings.Where("inputs")})
	}
	for _, text := range p.settings.SharedInputs {
		out = append(out, inputPattern{text, p.settings.SharedInputsAt})
	}
	for _, dir := range slices.Sorted(maps.Keys(p.settings.MemberInputs)) {
		i := slices.IndexFunc(p.workspace.Packages, func(pkg *cargo.Package) bool { return pkg.Dir == dir })
		for _, text := range p.settings.MemberInputs[dir] {
			at := p.workspace.Packages[i].Manifest.At("package", "metadata", "rust-frontend", "inputs")
			out = append(out, inputPattern{text, at})
		}
	}
	return out
}

// checkInputs refuses a pattern that matches nothing: a build without the file that is
// meant may make another program.
func (p *project) checkInputs() error {
	for _, in := range p.inputPatterns() {
		if strings.HasPrefix(in.text, "!") {
			continue
		}
		found, err := matches(p.files, strings.TrimPrefix(path.Clean(in.text), "/"))
		if err != nil {
			return &document.Error{Position: in.at, Msg: "inputs", Err: err}
		}
		if found {
			continue
		}
		hint := ""
		if strings.ContainsAny(in.text, "[]") {
			hint = `; if a name has brackets in it, write \[ and \] for them (in TOML between single quotes)`
		}
		return document.Errorf(in.at, "inputs: %q matches no file of the build context, or an ignore file excludes it%s", in.text, hint)
	}
	return nil
}

// matches says whether a pattern matches a file or directory.
func matches(files fs.FS, pattern string) (bool, error) {
	m, err := patternmatcher.New([]string{pattern})
	if err != nil {
		return false, err
	}
	found := errors.New("found")
	err = fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ok, err := m.MatchesOrParentMatches(name); err != nil || ok && name != "." {
			if err == nil {
				err = found
			}
			return err
		}
		return nil
	})
	if errors.Is(err, found) {
		return true, nil
	}
	return pattern == "." || pattern == "**", err
}

// isRepository says whether a path is that of git's own files of the project.
func isRepository(name string) bool {
	return name == gitDir || strings.HasPrefix(name, gitDir+"/")
}

// gitDir has them. No client sends it, since each commit would be another build.
const gitDir = ".git"

// namesCommit says whether a variable of the build may be the answer of who asks git.
func (p *project) namesCommit() bool {
	for _, env := range []map[string]string{p.settings.Env, p.settings.MemberEnv} {
		for name := range env {
			if slices.ContainsFunc([]string{"GIT", "COMMIT", "SHA", "REVISION"}, func(part string) bool { return strings.Contains(name, part) }) {
				return true
			}
		}
	}
	return false
}

// wantsRepository says that a step looks for what it cannot have, and what to do about it.
func wantsRepository(p *plan.Plan, dir string) settings.Warning {
	who, _ := reader(p, dir)
	return settings.Warning{Msg: fmt.Sprintf("%s looks for %s, which is not sent: what it says of the commit may not be what plain cargo says; "+
		"set the variable that it takes by `member-env` (vergen's is VERGEN_GIT_SHA)", who, gitDir)}
}
