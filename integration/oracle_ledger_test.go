package integration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/rust-frontend/integration/oracle"
)

var compilingLine = regexp.MustCompile(`(?m)^ *Compiling (\S+) v(\S+)`)

// compiling gives the packages that cargo says it compiles, as "NAME VERSION".
func compiling(log string) []string {
	var out []string
	for _, m := range compilingLine.FindAllStringSubmatch(log, -1) {
		out = append(out, m[1]+" "+m[2])
	}
	return out
}

// allCompiled gives the packages that a build has compiled, each as often as it was. What a
// step prints comes again with each solve that has it.
func (r *result) allCompiled() []string {
	var out []string
	for _, v := range r.vertices {
		if !strings.HasPrefix(v.name, "[toolchain]") {
			names := compiling(v.log.String())
			slices.Sort(names)
			out = append(out, slices.Compact(names)...)
		}
	}
	return out
}

// ledger counts what plain cargo has compiled in states that are not compared: where it
// fails, both compile some packages and not others, in an order of their own.
type ledger map[string]int

// sums are what a comparison comes to.
type sums struct {
	states, failing, stale, oneLayer int
	ours, plain                      int // packages
	learned, unread, settings, sides int // packages that cargo does not compile, and why
	locked, endless, last, rewritten int
	waited, cargos                   time.Duration
}

func (s *sums) String() string {
	return fmt.Sprintf(`%d states, %d of which fail, %d in which cargo is stale, %d of one layer
packages compiled: %d, by plain cargo %d
of these %d for what was found out, %d for files that nothing reads, %d for the profile, rustflags or [env], %d over a package of both sides, %d where a script watches what is not there, %d times the program for a manifest, %d known ones that read manifests
%d states with a lock file that has too much; %s, of which plain cargo %s`,
		s.states, s.failing, s.stale, s.oneLayer, s.ours, s.plain, s.learned, s.unread, s.settings, s.sides, s.endless, s.last, s.rewritten, s.locked,
		s.waited.Round(time.Second), s.cargos.Round(time.Second))
}

// account compares which packages are compiled.
func (c *comparison) account(t *testing.T, what string, want built, res *result, files map[string]string) {
	t.Helper()
	c.sums.plain += len(want.compiled)
	compiled := res.allCompiled()
	c.sums.ours += len(compiled)
	learned := c.workspace.Above(c.learners(res))
	if want.failed || res.hasOneLayer() {
		for _, p := range want.compiled {
			c.ledger[p]++
		}
		if !want.failed {
			c.sums.oneLayer++
		}
		return
	}
	unread := c.workspace.Above(c.touched(files))
	sides := c.workspace.Above(c.bothSides(compiled))
	endless := c.workspace.Above(c.workspace.Endless())
	settings := c.settings != c.workspace.Settings()
	// Nothing is said of a second try for a manifest as it was written.
	rewritten := c.workspace.Above(c.workspace.Manifests())
	manifests := lockKey(c.before.files, c.workspace) != lockKey(files, c.workspace)
	seen := map[string]bool{}
	for _, p := range compiled {
		name, _, _ := strings.Cut(p, " ")
		switch {
		case slices.Contains(want.compiled, p) && !seen[p]:
		case slices.Contains(learned, name) || seen[p] && slices.Contains(rewritten, name):
			c.sums.learned++
		case slices.Contains(rewritten, name) && !*oracleKnown:
			c.sums.rewritten++
		case slices.Contains(unread, name) && !seen[p]:
			c.sums.unread++
		case slices.Contains(sides, name) && !seen[p]:
			c.sums.sides++
		case name == oracle.Binary && manifests && !seen[p]:
			c.sums.last++
		case slices.Contains(endless, name):
			c.sums.endless++
		case settings && !seen[p]:
			c.sums.settings++
		case c.ledger[p] > 0:
			c.ledger[p]--
		default:
			t.Errorf("%s: %s is compiled (again: %v), by plain cargo only %q", what, p, seen[p], want.compiled)
			c.log(res, want)
		}
		seen[p] = true
	}
}

// bothSides are the packages that were compiled and are, or were, compiled for both sides:
// one step has both.
func (c *comparison) bothSides(compiled []string) []string {
	var out []string
	both := slices.Concat(c.sides, c.workspace.BothSides())
	for _, p := range compiled {
		if name, _, _ := strings.Cut(p, " "); slices.Contains(both, name) {
			out = append(out, name)
		}
	}
	return out
}

// hasOneLayer says whether one step has all dependencies.
func (r *result) hasOneLayer() bool {
	return slices.ContainsFunc(r.vertices, func(v *vertex) bool {
		return strings.HasPrefix(v.name, "[deps] compile the dependencies")
	})
}

// learners are the packages of which more was found out than before: what is remembered
// is said in each build.
func (c *comparison) learners(res *result) []string {
	var out, said []string
	for _, w := range res.warnings {
		text := string(w.Short)
		said = append(said, text)
		if name, _, ok := strings.Cut(text, " also reads "); ok && !slices.Contains(c.said, text) {
			out = append(out, strings.Replace(name, "the last step", oracle.Binary, 1))
		}
	}
	c.said = said
	return out
}

// touched are the packages with a changed file in their directories, read or not.
func (c *comparison) touched(files map[string]string) []string {
	var out []string
	add := func(name string) {
		if owner := c.workspace.Owner(name); owner != "" && !strings.HasSuffix(name, "README.md") {
			out = append(out, owner)
		}
	}
	for name, text := range files {
		if old, ok := c.before.files[name]; !ok || old != text {
			add(name)
		}
	}
	for name := range c.before.files {
		if _, ok := files[name]; !ok {
			add(name)
		}
	}
	return out
}
