package llb

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// Where the files that an image may take from the toolchain stand there.
const (
	caBundle = plan.CACertificatesFile
	zoneinfo = plan.ZoneinfoDir
)

// image is the final file system, with what each layer is for, without the
// base's. What never changes comes first and the binaries last, each a layer, so
// that an edit makes one small new blob. The frame is all but the binaries.
func (c *converter) image(binaries, report llb.State) (st, frame llb.State, layers []string) {
	st = llb.Scratch()
	if c.in.Base != nil {
		st = *c.in.Base
	}
	put := func(action *llb.FileAction, name string) {
		st = st.File(action, c.options(StageImage, name)...)
		layers = append(layers, name)
	}
	dirs := c.directories()
	if action := c.fixtures(dirs); action != nil {
		put(action, "lay out the file system")
	}
	for _, extra := range c.plan.Image.Extra {
		put(c.extra(dirs, extra), "copy "+extra.From)
	}
	frame = st
	put(c.binaries(binaries, dirs, report), "copy "+c.names())
	return st, frame, layers
}

// alone is a file system with the binaries at its root.
func (c *converter) alone(binaries, report llb.State) llb.State {
	at := c.in.Time
	action := copyInto(c.over(report, "/"+c.plan.Bins[0].Name), binaries, plan.BinDir, "/", &llb.CopyInfo{
		CopyDirContentsOnly: true, CreatedTime: &at, ChownOpt: root(),
	})
	return llb.Scratch().File(action, c.options(StageImage, "hand out "+c.names())...)
}

// directories holds every directory of the image that something is put into.
func (c *converter) directories() llb.State {
	paths := []string{"/tmp/", caBundle, zoneinfo}
	for _, f := range c.plan.Image.Files {
		paths = append(paths, "/"+f.Path)
	}
	for _, extra := range c.plan.Image.Extra {
		paths = append(paths, extra.To)
	}
	for _, bin := range c.plan.Bins {
		paths = append(paths, bin.Path)
	}
	var action *llb.FileAction
	for _, dir := range above(paths...) {
		action = mkdir(action, dir, buildTime())
	}
	return llb.Scratch().File(action, c.options(StageImage, "make directories")...)
}

// date gives the directories above some paths the image's time: what is put
// into a directory dates it now. Copying a directory onto itself changes no
// more than its time (tonistiigi/fsutil, copy.go).
func (c *converter) date(action *llb.FileAction, dirs llb.State, paths ...string) *llb.FileAction {
	at := c.in.Time
	for _, dir := range above(paths...) {
		action = copyInto(action, dirs, dir, dir, &llb.CopyInfo{
			CopyDirContentsOnly: true, CreatedTime: &at, ExcludePatterns: []string{"*"},
		})
	}
	return action
}

// above lists the directories above some paths, without the root, sorted; a
// path with a slash at the end is a directory itself.
func above(paths ...string) []string {
	set := map[string]bool{}
	for _, p := range paths {
		for dir, _ := path.Split(p); path.Clean(dir) != "/"; dir = path.Dir(path.Clean(dir)) {
			set[path.Clean(dir)] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// fixtures are the files that do not depend on the project's code.
func (c *converter) fixtures(dirs llb.State) *llb.FileAction {
	at := c.in.Time
	var action *llb.FileAction
	var paths []string
	if c.in.Base == nil {
		// Mkdir drops the sticky bit (solver/llbsolver/file/backend.go), Copy keeps it.
		action = llb.Copy(dirs, "/tmp", "/tmp", &llb.CopyInfo{CreatedTime: &at, Mode: &llb.ChmodOpt{Mode: 0o1777}})
	}
	for _, f := range c.plan.Image.Files {
		action = mkdir(action, "/"+path.Dir(f.Path), at)
		action = mkfile(action, f, at)
		paths = append(paths, "/"+f.Path)
	}
	follow := &llb.CopyInfo{FollowSymlinks: true, CreateDestPath: true, CreatedTime: &at, ChownOpt: root()}
	if c.plan.Image.CACertificates {
		action = copyInto(action, c.in.Toolchain, caBundle, caBundle, follow)
		paths = append(paths, caBundle)
	}
	if c.plan.Image.TZData {
		tree := &llb.CopyInfo{CopyDirContentsOnly: true, CreateDestPath: true, CreatedTime: &at, ChownOpt: root()}
		action = copyInto(action, c.in.Toolchain, zoneinfo, zoneinfo, tree)
		paths = append(paths, zoneinfo)
	}
	return c.date(action, dirs, paths...)
}

// extra copies a file or folder of the context into the image.
func (c *converter) extra(dirs llb.State, extra settings.ExtraFile) *llb.FileAction {
	at := c.in.Time
	info := &llb.CopyInfo{
		CreateDestPath: true, CreatedTime: &at, AllowWildcard: true,
		CopyDirContentsOnly: true, ChownOpt: owner(extra.Owner),
	}
	if extra.Mode != 0 {
		info.Mode = &llb.ChmodOpt{Mode: fs.FileMode(extra.Mode)}
	}
	files := c.in.Files("image files "+extra.From, plan.Copy{Include: []string{extra.Path()}})
	// The directories first: Copy would give them the mode of the file.
	action := copyInto(c.date(nil, dirs, extra.To), files, path.Join("/", extra.Path()), extra.To, info)
	return c.date(action, dirs, extra.To)
}

// owner parses "uid:gid" or "user:group"; names are looked up in the image.
func owner(spec string) *llb.ChownOpt {
	if spec == "" {
		return root()
	}
	user, group, ok := strings.Cut(spec, ":")
	opt := &llb.ChownOpt{User: userOpt(user)}
	if ok {
		opt.Group = userOpt(group)
	} else if opt.User.Name == "" {
		opt.Group = userOpt(user)
	}
	return opt
}

func userOpt(name string) *llb.UserOpt {
	if id, err := strconv.Atoi(name); err == nil {
		return &llb.UserOpt{UID: id}
	}
	return &llb.UserOpt{Name: name}
}

// binaries copies the binaries. The copy is keyed by content: the same bytes
// after another compile are the same layer and the same image.
func (c *converter) binaries(from, dirs, report llb.State) *llb.FileAction {
	at := c.in.Time
	action := c.over(report, c.plan.Bins[0].Path)
	var paths []string
	for _, bin := range c.plan.Bins {
		action = copyInto(action, from, bin.Path, bin.Path, &llb.CopyInfo{
			CreateDestPath: true, CreatedTime: &at, ChownOpt: root(),
			Mode: &llb.ChmodOpt{Mode: 0o755},
		})
		paths = append(paths, bin.Path)
	}
	return c.date(action, dirs, paths...)
}

func (c *converter) names() string {
	var names []string
	for _, bin := range c.plan.Bins {
		names = append(names, bin.Name)
	}
	return strings.Join(names, ", ")
}
