// Command reproduce builds a project twice, on two daemons that share nothing but
// the toolchain image, and says in what the images differ. See docs/reproduce.md.
//
// It needs root and the environment of the test bed, so run it with
// `make reproduce`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/containerd/log"
	"github.com/moby/buildkit/client"

	"github.com/org/rust-frontend/integration/published"
)

// errDiffers ends the program when the images are not the same; what differs has
// been said.
var errDiffers = errors.New("the images differ")

// settings are the command line and the test bed's environment.
type settings struct {
	project, bin string
	args         map[string]string // build arguments
	testbed
}

// testbed is what `make testbed` has made.
type testbed struct {
	host, tools         string
	toolchain, frontend layout
}

// layout is an image in an OCI layout.
type layout struct{ dir, digest string }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The client's content stores log what is retried or does not matter; what
	// does is returned.
	if err := log.SetLevel("fatal"); err != nil {
		panic(err)
	}
	s, err := parse(os.Args[1:], os.Getenv)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(ctx, s, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reproduce:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// parse reads the flags and checks them.
func parse(args []string, getenv func(string) string) (settings, error) {
	s := settings{args: map[string]string{}}
	fs := flag.NewFlagSet("reproduce", flag.ContinueOnError)
	fs.StringVar(&s.project, "project", "", "directory of a Cargo project, crates.io:NAME@VERSION, or git:URL@TAG")
	fs.StringVar(&s.bin, "bin", "", "what --target names: a binary, or the package that has it")
	fs.Func("build-arg", "NAME=VALUE, a setting as a build argument; may be repeated", func(text string) error {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return errors.New("want NAME=VALUE")
		}
		s.args[name] = value
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	switch {
	case fs.NArg() > 0:
		return s, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	case s.project == "":
		return s, errors.New("no project: use make reproduce PROJECT=DIR")
	}
	s.testbed = testbed{
		host: getenv("BUILDKIT_HOST"), tools: getenv("TESTBED_BIN"),
		toolchain: layout{getenv("TOOLCHAIN_LAYOUT"), getenv("TOOLCHAIN_DIGEST")},
		frontend:  layout{getenv("FRONTEND_LAYOUT"), getenv("FRONTEND_DIGEST")},
	}
	if s.host == "" || s.tools == "" || s.toolchain.dir == "" || s.frontend.dir == "" {
		return s, errors.New("no test bed in the environment: use make reproduce")
	}
	return s, nil
}

// run builds the project on each machine and compares the images. The error is
// errDiffers when they are not the same.
func run(ctx context.Context, s settings, out io.Writer) error {
	work, err := os.MkdirTemp("", "reproduce-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	dir, err := s.fetch(ctx, filepath.Join(work, "fetched"))
	if err != nil {
		return fmt.Errorf("project %s: %w", s.project, err)
	}
	fmt.Fprintf(out, "%s, toolchain %s\n", s.project, s.toolchain.digest)
	machines, err := twoMachines(work)
	if err != nil {
		return err
	}
	var images []*image
	for _, m := range machines {
		img, seconds, err := m.build(ctx, s, dir)
		if err != nil {
			return fmt.Errorf("build on the %s machine: %w", m.name, err)
		}
		fmt.Fprintf(out, "%-6s  %s: %s in %.0f s\n", m.name, m, img.digest, seconds)
		images = append(images, img)
	}
	if images[0].digest == images[1].digest {
		fmt.Fprintln(out, "the images are the same")
		return nil
	}
	for _, line := range difference(images[0], images[1]) {
		fmt.Fprintln(out, line)
	}
	return errDiffers
}

// fetch gives the directory of the project.
func (s settings) fetch(ctx context.Context, work string) (string, error) {
	origin, err := published.ParseOrigin(s.project)
	if err != nil {
		return "", err
	}
	c, err := client.New(ctx, s.host)
	if err != nil {
		return "", err
	}
	defer c.Close()
	m := published.Machine{BuildKit: c, ToolchainLayout: s.toolchain.dir, ToolchainDigest: s.toolchain.digest}
	dir, err := m.Fetch(ctx, origin, work)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "Cargo.lock")); err != nil {
		return "", fmt.Errorf("%w (run cargo generate-lockfile in it)", err)
	}
	return dir, nil
}
