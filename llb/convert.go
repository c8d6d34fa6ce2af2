package llb

import (
	"path"
	"slices"
	"time"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// Stages name the parts of the graph in progress, history and --no-cache-filter.
// The last step of another goal than [settings.Build] has that goal's name.
const (
	StageToolchain = "toolchain"
	StageFetch     = "fetch"
	StagePlan      = "plan"
	StageDeps      = "deps"
	StageSource    = "source"
	StageImage     = "image"
)

// Stages lists the stages that a build of a goal can have.
func Stages(goal settings.Goal) []string {
	last := StageImage
	if !goal.Traits().Image {
		last = string(goal)
	}
	return []string{StageToolchain, StageFetch, StagePlan, StageDeps, StageSource, last}
}

// AllStages lists the stages of all goals.
func AllStages() []string {
	out := Stages(settings.Build)
	for _, g := range settings.Goals() {
		out = append(out, string(g.Goal))
	}
	return out
}

// Options is what the graph is built over.
type Options struct {
	// Toolchain is the image that compiles, Base the final image's base or nil.
	Toolchain llb.State
	Base      *llb.State
	// Files gives a part of the build context, by a name that tells apart the
	// transfers of one build.
	Files func(name string, part plan.Copy) llb.State
	// Platform is where the steps run.
	Platform ocispecs.Platform
	// Run holds the user's options for every step (hosts, limits), Online those
	// for the one that has a network.
	Run, Online []llb.RunOption
	// NoCache tells whether a stage, a package or a binary must not use the cache.
	NoCache func(name string) bool
	// Locate maps a line of a file to a source location, so that an error of
	// a vertex shows it; nil for none.
	Locate func(file string, line int) llb.ConstraintsOpt
	// Time is the time of the image's files.
	Time time.Time
	// CacheNamespace comes before the names of cache mounts.
	CacheNamespace string
	// SSH allows git sources to use the client's agent.
	SSH bool
	// Tries are what the graphs of this build that were solved before, and lacked something,
	// said of that. The source step has them below itself, see [converter.read].
	Tries []llb.State
	// HashesMounts is set for a daemon that cannot leave out to look at what is
	// mounted. Keys are the same there, and found more slowly.
	HashesMounts bool
}

// buildTime is the time of every file that cargo reads.
func buildTime() time.Time { return time.Unix(plan.FileTime, 0).UTC() }

// converter carries what every part of the graph needs.
type converter struct {
	plan *plan.Plan
	in   Options
	// executor mounts the step executor. It is one state for all steps: the text of its
	// sources would be written down for each of them otherwise.
	executor llb.RunOption
}

func newConverter(p *plan.Plan, in Options) *converter {
	c := &converter{plan: p, in: in}
	c.executor = llb.AddMount(path.Dir(plan.ExecutorFile), c.compiledExecutor(), c.unseen(llb.Readonly)...)
	return c
}

// Graph is what a plan becomes. Nothing runs before it is solved.
type Graph struct {
	// Image is the image's file system, or what another goal than [settings.Build]
	// results in. Binaries are the binaries alone.
	Image, Binaries llb.State
	// Frame is the image without the binaries, which needs nothing that is compiled. It is nil
	// for another goal.
	Frame *llb.State
	// History says what each layer of the image is for, without those of its base.
	History []string
	// Report holds [plan.LookupsFile], and [plan.ReportFile] unless the plan is in the
	// one-layer form.
	Report llb.State
	// Lookups holds [plan.LookupsFile] of each layer that has one, in a directory with the
	// layer's name. It is nil where there is none.
	Lookups *llb.State
	// Others are layers that none of Lookups is over, those that are over the rest of these.
	// Each is solved by itself: in what copies nothing of them, BuildKit would take one
	// build for another.
	Others []llb.State
	// Debug holds the debug files, nil when there are none.
	Debug *llb.State
	// Fetched is nothing, but has BuildKit fetch all that the source step mounts
	// from an imported cache. It is nil in the one-layer form.
	Fetched *llb.State
	// Urgency is nothing, but has the layers told which of them are urgent. It is nil
	// in the one-layer form.
	Urgency *llb.State
}

// Convert makes the graph of a plan.
func Convert(p *plan.Plan, in Options) Graph {
	c := newConverter(p, in)
	var g Graph
	var run llb.ExecState
	if len(p.Layers) > 0 {
		urgency := c.urgency()
		var mounted []llb.State
		run, mounted, g.Lookups = c.layered(urgency)
		g.Urgency, g.Fetched = &urgency, c.fetched(mounted)
		if g.Lookups != nil {
			g.Others = c.others(mounted)
		}
	} else {
		vendor := c.vendor()
		run = c.source(c.mountAll(vendor), llb.AddMount(plan.TargetDir, c.deps(vendor), c.unseen(llb.ForceNoOutput)...))
	}
	g.Report = run.AddMount(plan.ReportDir, llb.Scratch())
	if p.Debug != nil {
		debug := run.AddMount(plan.DebugDir, llb.Scratch())
		g.Debug = &debug
	}
	out := run.AddMount(plan.OutDir, llb.Scratch())
	if !p.Goal.Traits().Image {
		g.Image = c.result(out, g.Report)
		return g
	}
	image, frame, history := c.image(out, g.Report)
	g.Image, g.Frame, g.History = image, &frame, history
	g.Binaries = c.alone(out, g.Report)
	return g
}

// Units makes the graph of the planning step; [plan.UnitsFile] is in the
// result, and [plan.MetadataFile] and [plan.SizesFile].
func Units(p *plan.Plan, in Options) llb.State {
	c := newConverter(p, in)
	var crates []llb.RunOption
	if p.Info != nil {
		crates = c.archives()
	} else {
		crates = append(crates, c.mountAll(c.vendor()))
	}
	run := c.run(StagePlan, *p.Units, c.contextFiles(*p.Units, StagePlan), crates...)
	return run.AddMount(plan.OutDir, llb.Scratch())
}

// options are the constraints that every vertex of a stage has. The packages are
// those that it is about: the user can name them like the stage to have it run.
func (c *converter) options(stage, name string, packages ...string) []llb.ConstraintsOpt {
	opts := []llb.ConstraintsOpt{llb.WithCustomName("[" + stage + "] " + name), llb.Platform(c.in.Platform)}
	if c.in.NoCache != nil && slices.ContainsFunc(append(packages, stage), c.in.NoCache) {
		opts = append(opts, llb.IgnoreCache)
	}
	return opts
}

// locate gives the source location of a line, or nothing.
func (c *converter) locate(file string, line int) []llb.ConstraintsOpt {
	if c.in.Locate == nil || line == 0 {
		return nil
	}
	if at := c.in.Locate(file, line); at != nil {
		return []llb.ConstraintsOpt{at}
	}
	return nil
}

// Ranges is the range of one line, for source maps.
func Ranges(line, end int) []*pb.Range {
	if end < line {
		end = line
	}
	return []*pb.Range{{
		Start: &pb.Position{Line: int32(line)},
		End:   &pb.Position{Line: int32(end)},
	}}
}
