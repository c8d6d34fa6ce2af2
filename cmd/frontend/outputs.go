//go:build !gateway

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/moby/buildkit/client"
	bkbuild "github.com/moby/buildkit/cmd/buildctl/build"
)

// exports are the outputs: those of --output, each with the tags unless it has
// a name, `docker load`, or the daemon's own store when there are tags alone.
func exports(f *buildFlags) ([]client.ExportEntry, error) {
	if f.load && len(splitCommas(f.platforms)) > 1 {
		return nil, errors.New("--load takes one platform: an archive for docker load holds one image")
	}
	out, err := bkbuild.ParseOutput(f.outputs)
	if err != nil {
		return nil, err
	}
	if len(out) == 0 && !f.load && len(f.tags) > 0 {
		out = append(out, client.ExportEntry{Type: client.ExporterImage, Attrs: map[string]string{}})
	}
	if f.load {
		out = append(out, client.ExportEntry{
			Type: client.ExporterDocker, Attrs: map[string]string{},
			Output: func(map[string]string) (io.WriteCloser, error) { return newLoader("docker", "load") },
		})
	}
	for i := range out {
		named := out[i].Type == client.ExporterImage || out[i].Type == client.ExporterDocker || out[i].Type == client.ExporterOCI
		if _, ok := out[i].Attrs["name"]; named && !ok && len(f.tags) > 0 {
			out[i].Attrs["name"] = strings.Join(f.tags, ",")
		}
	}
	return out, nil
}

// loader feeds a command, which ends when the loader is closed.
type loader struct {
	io.WriteCloser
	cmd *exec.Cmd
}

// newLoader starts the command. It is called when the image is complete, so
// that a failed build starts nothing.
func newLoader(name string, args ...string) (*loader, error) {
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s, which --load needs: %w", name, err)
	}
	return &loader{in, cmd}, nil
}

// Close waits for the command.
func (l *loader) Close() error {
	err := l.WriteCloser.Close()
	if wait := l.cmd.Wait(); wait != nil {
		return fmt.Errorf("%s: %w", strings.Join(l.cmd.Args, " "), wait)
	}
	return err
}
