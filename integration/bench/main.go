// Command bench measures this frontend beside other ways to build a Cargo
// project: one project, one machine, one toolchain image. See docs/bench.md.
//
// It needs root and the environment of the test bed, so run it with
// `make bench`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/log"
	digest "github.com/opencontainers/go-digest"
)

// checkTimeout is how long a built program may take to answer --version.
const checkTimeout = 10 * time.Second

// settings are the command line and the test bed's environment.
type settings struct {
	project, bin, json, bump string
	scenarios, peers         []string
	runs                     int
	images                   layouts
	testbedBin               string
}

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
		err = run(ctx, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// parse reads the flags and checks them against what there is.
func parse(args []string, getenv func(string) string) (settings, error) {
	allPeers := []string{peerCargo, peerThis, peerSeed, peerChef, peerCacheMount}
	byDefault := strings.Join(allPeers, ",")
	var layered []string
	var s settings
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.StringVar(&s.project, "project", "crates.io:fd-find@10.5.0", "directory of a Cargo project, crates.io:NAME@VERSION, or git:URL@TAG")
	fs.StringVar(&s.bin, "bin", "", "binary to build, if the project has several")
	fs.StringVar(&s.json, "json", "", "file to write the rows to")
	fs.StringVar(&s.bump, "bump", "", "dependency that the scenario bump changes, as name@version")
	fs.IntVar(&s.runs, "runs", 1, "how often to measure each scenario")
	scenarios := fs.String("scenarios", strings.Join(defaultScenarios(), ","), "scenarios to measure, of "+strings.Join(allScenarios(), ", "))
	peers := fs.String("peers", byDefault, "peers to measure; this:N is this frontend with the setting layers=N, before the image of it that BEFORE_LAYOUT and BEFORE_DIGEST name")
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	for name := range strings.SplitSeq(*peers, ",") {
		if strings.HasPrefix(name, peerLayers) {
			layered = append(layered, name)
		}
	}
	allPeers = slices.Insert(allPeers, 2, append(layered, peerBefore)...)
	var err error
	if s.scenarios, err = choose("scenario", *scenarios, allScenarios()); err != nil {
		return s, err
	}
	if s.peers, err = choose("peer", *peers, allPeers); err != nil {
		return s, err
	}
	if s.runs < 1 {
		return s, fmt.Errorf("-runs %d: want 1 or more", s.runs)
	}
	if fs.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	s.images = layouts{
		toolchain: layout{dir: getenv("TOOLCHAIN_LAYOUT"), digest: digest.Digest(getenv("TOOLCHAIN_DIGEST"))},
		frontend:  layout{dir: getenv("FRONTEND_LAYOUT"), digest: digest.Digest(getenv("FRONTEND_DIGEST"))},
		before:    layout{dir: getenv("BEFORE_LAYOUT"), digest: digest.Digest(getenv("BEFORE_DIGEST"))},
	}
	s.testbedBin = getenv("TESTBED_BIN")
	if s.images.toolchain.dir == "" || s.testbedBin == "" {
		return s, errors.New("no test bed in the environment: use make bench")
	}
	return s, nil
}

// choose splits a list and puts it into the order of all there are.
func choose(kind, list string, all []string) ([]string, error) {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("no %s %q (there are: %s)", kind, name, strings.Join(all, ", "))
		}
		out = append(out, name)
	}
	slices.SortFunc(out, func(a, b string) int { return slices.Index(all, a) - slices.Index(all, b) })
	return slices.Compact(out), nil
}

func run(ctx context.Context, s settings) error {
	cache := filepath.Join(filepath.Dir(s.testbedBin), "bench")
	if err := makeDirs(cache); err != nil {
		return err
	}
	work, err := os.MkdirTemp(cache, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &bench{images: s.images, bin: s.testbedBin, cache: cache, work: work}
	if b.toolchain, err = unpackToolchain(ctx, s.images.toolchain, cache); err != nil {
		return err
	}
	if b.project, err = openProject(ctx, b.toolchain, s.project, s.bin, work); err != nil {
		return err
	}
	if err := b.project.prepare(ctx, b.toolchain, s); err != nil {
		return err
	}
	rows := b.measure(ctx, s.scenarios, s.peers, s.runs)
	// An interrupted run shows what it has: it may have taken an hour.
	return errors.Join(ctx.Err(), report(b, s, rows))
}

func report(b *bench, s settings, rows []row) error {
	fillRatios(rows)
	fmt.Printf("%s, binary %s, %d CPUs, toolchain %s, medians\n%s\n", b.project.label, b.project.bin,
		runtime.NumCPU(), s.images.toolchain.digest, downloadNote(rows))
	b.project.chosen(os.Stdout, s.scenarios)
	fmt.Println()
	if err := writeTable(os.Stdout, rows, s.scenarios, s.peers); err != nil {
		return err
	}
	for _, note := range stepNotes(rows, s.peers) {
		fmt.Println("\n" + note)
	}
	if s.json == "" {
		return nil
	}
	data, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.json, append(data, '\n'), 0o644)
}

func logf(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }

func makeDirs(dirs ...string) error {
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}
