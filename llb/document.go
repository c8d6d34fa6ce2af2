package llb

import "github.com/moby/buildkit/client/llb"

// Document is a file system with one file, at its root, at a fixed time.
func Document(name string, data []byte) llb.State {
	return llb.Scratch().File(llb.Mkfile("/"+name, 0o644, data, llb.WithCreatedTime(buildTime())),
		llb.WithCustomName("["+StageImage+"] write "+name))
}
