package frontend

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	bkllb "github.com/moby/buildkit/client/llb"
	"golang.org/x/sync/errgroup"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// mostTries bounds how often a graph is made again, since a try may be a compilation: a
// build that reads one file after another gets the whole context in the end.
const mostTries = 8

// settle solves the steps that compile, until each has what its processes look for and the
// context has, and gives the files of their report. The graph is then the one that was
// solved last.
func (b *builder) settle(ctx context.Context, g *graph) (*contextFS, error) {
	for try := 1; ; try++ {
		report, tried, err := b.try(ctx, g, try)
		if err != nil || report != nil {
			b.warnOfIgnored(ctx, g)
			return report, err
		}
		if g.plan, err = g.planned.Again(g.planned.answers, g.planned.found); err != nil {
			return nil, err
		}
		g.over.Tries = append(g.over.Tries, *tried)
		b.convert(ctx, g)
	}
}

// try solves the graph once, and gives the report, or what shows that another try is
// necessary. The last step is left out while those below it lack something: it is the
// longest one as a rule, and would be made in vain.
func (b *builder) try(ctx context.Context, g *graph, try int) (report *contextFS, tried *bkllb.State, err error) {
	if g.Lookups != nil {
		said, err := b.layersLookedFor(ctx, g)
		if err != nil {
			return nil, nil, err
		}
		if b.learn(ctx, g, said, try) {
			return nil, g.Lookups, nil
		}
	}
	ref, err := b.evaluate(ctx, g, g.Report)
	if err != nil {
		return nil, nil, err
	}
	report = newRefFS(ctx, ref)
	data, err := report.ReadFile(plan.LookupsFile)
	if err != nil {
		return nil, nil, err
	}
	said, err := answers.ParseLookups(g.plan, data)
	if err != nil {
		return nil, nil, err
	}
	if b.learn(ctx, g, said, try) {
		return nil, &g.Report, nil
	}
	return report, nil, nil
}

// layersLookedFor gives what the layers of packages of the tree have looked for.
func (b *builder) layersLookedFor(ctx context.Context, g *graph) (map[string]plan.Lookups, error) {
	ref, err := b.evaluate(ctx, g, *g.Lookups)
	if err != nil {
		return nil, err
	}
	data := make([][]byte, len(g.plan.Layers))
	group, ctx := errgroup.WithContext(ctx)
	read := refReader(ctx, ref)
	for i := range g.plan.Layers {
		if l := &g.plan.Layers[i]; l.Tree && l.Task.Lookups != nil {
			group.Go(func() (err error) {
				data[i], err = read(path.Join(l.Dir, plan.LookupsFile))
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return answers.ParseLayerLookups(g.plan, data)
}

// learn adds what the steps looked for to what is known, and says whether that makes
// another try necessary.
func (b *builder) learn(ctx context.Context, g *graph, said map[string]plan.Lookups, try int) (again bool) {
	found := maps.Clone(g.planned.found)
	if found == nil {
		found = map[string]plan.Found{}
	}
	changed := map[string]bool{}
	for _, dir := range g.plan.Compiling() {
		step, ok := said[dir]
		if !ok {
			continue
		}
		if slices.ContainsFunc(step.Missed, isRepository) && !b.project.namesCommit() {
			b.note(ctx, wantsRepository(g.plan, dir))
		}
		for _, missed := range step.Missed {
			if !planner.NeverSeen(g.plan, missed) && !isRepository(missed) && b.project.context.ignores(missed) {
				b.ignored.Store(missed, dir)
			}
		}
		known := found[dir]
		more := planner.Reads(g.plan, dir, step, b.project.files).Without(known)
		below := g.plan.Below(dir)
		for _, dir := range below {
			more = more.Without(found[dir]) // it has that now, or will
		}
		if try > manyOfOne {
			more.Files = withNeighbours(more.Files, known.Files)
		}
		news := more
		if len(more.Files)+len(more.Names) > 0 && try >= mostTries {
			more.Files = []string{plan.WholeContext}
		}
		switch {
		case !more.Empty():
			known = known.And(more)
			if len(more.Files)+len(more.Names) > 0 {
				b.note(ctx, reads(g.plan, dir, more, news.Files, step.Unseen))
			}
		case step.Failed && slices.ContainsFunc(below, func(dir string) bool { return changed[dir] }):
			again = true // perhaps for want of what is learned now
			continue
		case step.Remembered && !known.Forget:
			known.Forget = true
		case step.HasFailed():
			known.Final = true
		case step.Failed && !known.Forget: // over one that has not: that is a result of another time
			known.Forget = true
		default:
			continue
		}
		found[dir], changed[dir], again = known, true, true
	}
	g.planned.found = found
	return again
}

// warnOfIgnored says what the packages look for, and the client has, and an ignore file keeps
// out: their authors' programs may be others. A build goes on without what cannot be asked.
func (b *builder) warnOfIgnored(ctx context.Context, g *graph) {
	dirs := map[string]string{}
	b.ignored.Range(func(name, dir any) bool {
		dirs[name.(string)] = dir.(string)
		return true
	})
	names, _ := b.project.context.keptOut(ctx, slices.Sorted(maps.Keys(dirs)))
	for _, name := range names {
		who, _ := reader(g.plan, dirs[name])
		b.note(ctx, settings.Warning{Msg: fmt.Sprintf("%s looks for %s, which an ignore file keeps out: "+
			"what it compiles may not be what plain cargo does", who, name)})
	}
}

// manyOfOne is how many files of a directory are read one after another before all of it
// is taken to be read: each one costs a try.
const manyOfOne = 2

// withNeighbours gives what else a step reads, with the directory in the place of one more file
// of those of which it has many.
func withNeighbours(more, known []string) []string {
	out := map[string]bool{}
	for _, file := range more {
		dir := path.Dir(file)
		beside := 0
		for _, other := range known {
			if path.Dir(other) == dir {
				beside++
			}
		}
		if beside >= manyOfOne && dir != "." {
			file = dir
		}
		out[file] = true
	}
	return slices.Sorted(maps.Keys(out))
}

// note gives a warning once, whatever the number of platforms.
func (b *builder) note(ctx context.Context, w settings.Warning) {
	if _, said := b.said.LoadOrStore(w.Msg, true); !said {
		b.warn(ctx, []settings.Warning{w})
	}
}

// reads says what a step also reads, and what to do about it.
// The news are those files that it has missed now, where it gets the whole context instead.
func reads(p *plan.Plan, dir string, more plan.Found, news []string, unseen bool) settings.Warning {
	who, where := reader(p, dir)
	files := more.Files
	if slices.Contains(files, plan.WholeContext) {
		why := "reads one file after another (now " + strings.Join(news, ", ") + ") and"
		if unseen {
			why = "may read any file, and this machine's kernel or container runtime does not say which (or not of a process of another user), so it"
		}
		return settings.Warning{Msg: fmt.Sprintf("%s %s gets the whole build context: a change of any file compiles it again", who, why)}
	}
	if len(files) == 0 {
		above := path.Dir(strings.TrimSuffix(more.Names[0], "/"))
		return settings.Warning{Msg: fmt.Sprintf("%s also reads which names there are in %q, which takes a second try", who, above)}
	}
	const shown = 10
	quoted := make([]string, 0, shown)
	for _, f := range files[:min(shown, len(files))] {
		quoted = append(quoted, strconv.Quote(plan.Escape(f)))
	}
	return settings.Warning{Msg: fmt.Sprintf("%s also reads %s: say inputs = [%s] in %s to spare the second try",
		who, strings.Join(files[:len(quoted)], ", "), strings.Join(quoted, ", "), where)}
}

// reader says which package reads, and where its inputs can be said.
func reader(p *plan.Plan, dir string) (who, where string) {
	who, where = "the last step", "[package.metadata.rust-frontend] of the package that does"
	solid := 0
	for _, pkg := range p.Packages {
		if pkg.Solid {
			solid++
		}
	}
	if dir == plan.DepsStep {
		who = "the dependencies step"
	}
	for _, pkg := range p.Packages {
		alone := dir == plan.SourceStep && slices.Equal(p.Source.Task.Packages, []string{pkg.Name})
		if pkg.Dir == dir || alone || dir == plan.DepsStep && pkg.Solid && solid == 1 {
			who, where = pkg.Name, "[package.metadata.rust-frontend] of "+path.Join(pkg.Dir, manifestName)
		}
	}
	return who, where
}

// There is that of [planner.Context].
func (c *contextFS) There(name string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	real, _, err := c.follow("stat", path.Clean(name), func(link string) { out = append(out, link) })
	if err != nil {
		return nil
	}
	return append(out, real)
}

// Names is that of [planner.Context].
func (c *contextFS) Names(dir string) map[string]fs.FileMode {
	c.mu.Lock()
	defer c.mu.Unlock()
	real, st, err := c.resolve("readdir", path.Clean(dir))
	if err != nil || st != nil && !isDir(st) {
		return nil
	}
	entries, err := c.entries(real)
	if err != nil {
		return nil
	}
	out := map[string]fs.FileMode{}
	for name, st := range entries {
		out[name] = fs.FileMode(st.Mode).Type()
	}
	return out
}
