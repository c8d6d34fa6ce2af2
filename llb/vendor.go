package llb

import (
	"fmt"
	"path"

	"github.com/moby/buildkit/client/llb"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/plan"
)

// vendor is the directory that cargo reads crates from: an unpacked directory
// for each package with the checksum file that makes it a directory source.
// One FileOp for all beats one for each and a merge in every measurement.
// https://doc.rust-lang.org/cargo/reference/source-replacement.html#directory-sources
func (c *converter) vendor() llb.State {
	unpacked := llb.Scratch()
	if c.plan.Vendored != "" {
		return c.ownCrates()
	}
	var action *llb.FileAction
	for _, crate := range c.plan.Crates {
		action = c.addCrate(action, crate)
	}
	for _, git := range c.plan.Git {
		action = c.addGit(action, git)
	}
	if action == nil {
		return unpacked
	}
	name := fmt.Sprintf("unpack %s", count(len(c.plan.Crates)+len(c.plan.Git), "source"))
	return unpacked.File(action, inGroup(c.options(StageFetch, name))...)
}

// ownCrates are the vendored sources that the project carries.
func (c *converter) ownCrates() llb.State {
	files := c.in.Files("vendored crates", plan.Copy{Include: []string{c.plan.Vendored}})
	fixed := buildTime()
	return llb.Scratch().File(llb.Copy(files, "/"+c.plan.Vendored, "/", &llb.CopyInfo{
		CopyDirContentsOnly: true, CreatedTime: &fixed, ChownOpt: root(),
	}), c.options(StageFetch, "copy vendored crates")...)
}

// archive is the crate as the registry has it. With a checksum BuildKit's key for it
// holds no URL and needs no network (source/http/source.go).
func (c *converter) archive(crate plan.Crate) llb.State {
	opts := append(c.options(StageFetch, crate.Name+" "+crate.Version), c.locate(c.plan.LockFile, crate.Line)...)
	return llb.HTTP(crate.URL,
		llb.Checksum(digest.NewDigestFromEncoded(digest.SHA256, crate.Checksum)),
		llb.Filename(archiveName(crate)),
		httpConstraints(inGroup(opts)),
	)
}

// archiveName is the file in the state that archive gives.
func archiveName(crate plan.Crate) string { return crate.Dir + ".crate" }

// addCrate adds one registry crate. Its files keep the times that they have in
// the archive; the directories are dated by the steps, since unpacking dates
// them now.
func (c *converter) addCrate(action *llb.FileAction, crate plan.Crate) *llb.FileAction {
	unpack := &llb.CopyInfo{AttemptUnpack: true, CreateDestPath: true, ChownOpt: root()}
	checksum := fmt.Sprintf(`{"files":{},"package":%q}`, crate.Checksum)
	return copyInto(action, c.archive(crate), "/"+archiveName(crate), "/", unpack).
		Mkfile("/"+crate.Dir+"/.cargo-checksum.json", 0o644, []byte(checksum), llb.WithCreatedTime(buildTime()))
}

// addGit adds one repository as a whole, with the manifests of the needed packages.
func (c *converter) addGit(action *llb.FileAction, git plan.Git) *llb.FileAction {
	fixed := buildTime()
	action = copyInto(action, c.gitSource(git), "/", "/"+git.Checkout, &llb.CopyInfo{
		CopyDirContentsOnly: true, CreateDestPath: true, ChownOpt: root(), CreatedTime: &fixed,
		ExcludePatterns: []string{".git"},
	})
	for _, pkg := range git.Packages {
		dir := path.Join("/", git.Checkout, pkg.Subdir)
		action = action.
			Mkfile(dir+"/Cargo.toml", 0o644, pkg.Manifest, llb.WithCreatedTime(fixed)).
			Mkfile(dir+"/.cargo-checksum.json", 0o644, []byte(`{"files":{},"package":null}`), llb.WithCreatedTime(fixed))
	}
	return action
}

// gitSource is a repository at its locked commit.
func (c *converter) gitSource(git plan.Git) llb.State {
	opts := append(c.options(StageFetch, git.URL+" "+short(git.Commit)), c.locate(c.plan.LockFile, git.Line)...)
	return GitSource(git, c.in.SSH, inGroup(opts)...)
}

// GitSource is a repository at its locked commit, with its submodules. A full
// hash needs no look-up of references, so the key is the commit itself.
func GitSource(git plan.Git, ssh bool, opts ...llb.ConstraintsOpt) llb.State {
	gitOpts := []llb.GitOption{llb.GitRef(git.Commit), gitConstraints(opts)}
	if ssh {
		gitOpts = append(gitOpts, llb.MountSSHSock("default"))
	}
	return llb.Git(git.URL, "", gitOpts...)
}

// copyInto starts an action or adds to it.
func copyInto(action *llb.FileAction, from llb.State, src, dest string, info *llb.CopyInfo) *llb.FileAction {
	if action == nil {
		return llb.Copy(from, src, dest, info)
	}
	return action.Copy(from, src, dest, info)
}
