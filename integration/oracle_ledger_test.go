package integration

import (
	"fmt"
	"maps"
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
		if strings.HasSuffix(m[2], "-skeleton") {
			continue // a stub, which is not compiled
		}
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

// timesCompiled says how often a build has compiled a package, "NAME VERSION".
func (r *result) timesCompiled(p string) (n int) {
	for _, name := range r.allCompiled() {
		if name == p {
			n++
		}
	}
	return n
}

// ledger counts what plain cargo has compiled in states that are not compared: where it
// fails, both compile some packages and not others, in an order of their own.
type ledger map[string]int

// sums are what a comparison comes to: states, and packages.
type sums struct {
	states, failing, stale, oneLayer, locked int
	ours, plain                              int
	excused                                  map[string]int // those that cargo does not compile, by the reason
	waited, cargos                           time.Duration
}

func (s *sums) String() string {
	out := fmt.Sprintf("%d states, %d of which fail, %d in which cargo is stale, %d of one layer, %d with a lock file that has too much\n"+
		"%s, of which plain cargo %s\npackages compiled: %d, by plain cargo %d",
		s.states, s.failing, s.stale, s.oneLayer, s.locked, s.waited.Round(time.Second), s.cargos.Round(time.Second), s.ours, s.plain)
	for _, why := range slices.Sorted(maps.Keys(s.excused)) {
		out += fmt.Sprintf("\n%d more: %s", s.excused[why], why)
	}
	return out
}

// account compares which packages are compiled.
func (c *comparison) account(t *testing.T, what string, want built, res *result, files map[string]string) {
	t.Helper()
	compiled := res.allCompiled()
	t.Logf("%s: compiled %q, by plain cargo %q", what, compiled, want.compiled)
	c.sums.plain += len(want.compiled)
	c.sums.ours += len(compiled)
	learned := c.workspace.Above(c.learners(res))
	c.settled.see(c.workspace.Settings())
	if want.failed || res.hasOneLayer() {
		for _, p := range want.compiled {
			c.ledger[p]++
		}
		if !want.failed {
			c.sums.oneLayer++
		}
		return
	}
	excuses := append([]excuse{{"what it reads was found out", learned, true, true}}, c.excuses(compiled, files)...)
	seen := map[string]bool{}
	for _, p := range compiled {
		switch why := excused(excuses, p, seen[p]); {
		case slices.Contains(want.compiled, p) && !seen[p]:
		case why != "":
			c.sums.excused[why]++
		case c.ledger[p] > 0:
			c.ledger[p]--
		default:
			t.Errorf("%s: %s is compiled (again: %v), by plain cargo only %q", what, p, seen[p], want.compiled)
			c.log(res, want)
		}
		seen[p] = true
	}
	c.settled.add(compiled)
}

// settled are the packages that were compiled since the profile, flags or environment
// changed. Cargo has those of before that change.
type settled struct {
	now      string
	changed  bool
	compiled []string
}

func (s *settled) see(settings string) {
	if s.now != "" && s.now != settings {
		s.changed, s.compiled = true, nil
	}
	s.now = settings
}

func (s *settled) add(packages []string) { s.compiled = append(s.compiled, packages...) }

// others are those of some packages that were not compiled since then, by their names.
func (s *settled) others(packages []string) []string {
	var out []string
	for _, p := range packages {
		if s.changed && !slices.Contains(s.compiled, p) {
			out = append(out, p)
		}
	}
	return names(out)
}

// excuse is why packages may be compiled that plain cargo does not compile, or once more.
type excuse struct {
	why          string
	names        []string
	first, again bool
}

func excused(all []excuse, p string, again bool) string {
	name, _, _ := strings.Cut(p, " ")
	for _, e := range all {
		if slices.Contains(e.names, name) && (e.again && again || e.first && !again) {
			return e.why
		}
	}
	return ""
}

// excuses are what is documented of a step's key, and what is known.
func (c *comparison) excuses(compiled []string, files map[string]string) []excuse {
	w := c.workspace
	rewritten := w.Above(w.Manifests()) // nothing is said of a second try for these
	edited := lockKey(c.before.files, w) != lockKey(files, w)
	out := []excuse{
		{"a manifest is read as it was written, which takes a second try", rewritten, false, true},
		{"a file of a package is in its key, read or not", w.Above(c.touched(files)), true, false},
		{"a package of both sides has one step", w.Above(c.bothSides(compiled, edited)), true, false},
		{"a build script watches what is not there", w.Above(w.Endless()), true, true},
		{"the version of what is not compiled is in the key of who depends on it", w.Above(relocked(c.before.files["Cargo.lock"], files["Cargo.lock"])), true, false},
		{"what was found out is in the key with all below it or the names in it, until the package itself changes", w.Above(c.covered(files)), true, false},
		{"cargo has it from before the profile, rustflags or [env] changed", c.settled.others(compiled), true, false},
		{"known: a manifest is read as it was written", rewritten, !*oracleKnown, false},
	}
	if edited {
		out = append(out, excuse{"a manifest is in the key of the last step", []string{oracle.Binary}, true, false})
	}
	if c.settings != w.Settings() {
		out = append(out, excuse{"the profile, rustflags and [env] are in every key", names(compiled), true, false})
	}
	return out
}

// names leaves the versions out.
func names(packages []string) []string {
	var out []string
	for _, p := range packages {
		name, _, _ := strings.Cut(p, " ")
		out = append(out, name)
	}
	return out
}

// bothSides are the packages that are, or were, compiled for both sides, of those that were
// compiled: one step has both. When a manifest is edited each of them may be on one side
// more or less, by its features, and is another step, and so are those above.
func (c *comparison) bothSides(compiled []string, edited bool) []string {
	var out []string
	for _, name := range slices.Concat(c.sides, c.workspace.BothSides()) {
		if edited || slices.Contains(names(compiled), name) {
			out = append(out, name)
		}
	}
	return out
}

var lockedSource = regexp.MustCompile(`(?m)^name = "(.*)"\nversion = "(.*)"(\nsource = .*)?$`)

// relocked are the packages that the lock file has another version or source of.
func relocked(before, now string) []string {
	sources := func(lock string) map[string]string {
		out := map[string]string{}
		for _, m := range lockedSource.FindAllStringSubmatch(lock, -1) {
			out[m[1]] += m[2] + m[3] + "\n"
		}
		return out
	}
	old, next := sources(before), sources(now)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if old[name] != next[name] {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, still := next[name]; !still {
			out = append(out, name)
		}
	}
	return out
}

// covered are the packages of which a warning says that they read a changed file, or a
// directory that has it, or which names there are where another one is now.
func (c *comparison) covered(files map[string]string) []string {
	renamed := func(dir string) bool { return !slices.Equal(namesIn(dir, c.before.files), namesIn(dir, files)) }
	var out []string
	for name, dirs := range c.workspace.Listed() {
		if slices.ContainsFunc(dirs, renamed) {
			out = append(out, name)
		}
	}
	for _, text := range c.said {
		who, rest, ok := strings.Cut(text, " also reads ")
		if !ok {
			continue
		}
		if m := listedNames.FindStringSubmatch(rest); m != nil {
			if renamed(m[1]) {
				out = append(out, strings.Replace(who, "the last step", oracle.Binary, 1))
			}
			continue
		}
		paths, _, _ := strings.Cut(rest, ": say ")
		for path := range strings.SplitSeq(paths, ", ") {
			below := func(name string) bool { return name == path || strings.HasPrefix(name, path+"/") }
			if slices.ContainsFunc(c.changed(files), below) {
				out = append(out, strings.Replace(who, "the last step", oracle.Binary, 1))
			}
		}
	}
	return out
}

var listedNames = regexp.MustCompile(`^which names there are in "(.*)"`)

// namesIn are the names in a directory of some files.
func namesIn(dir string, files map[string]string) []string {
	var out []string
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if inside, ok := strings.CutPrefix(file, strings.TrimPrefix(dir+"/", "./")); ok {
			name, _, _ := strings.Cut(inside, "/")
			out = append(out, name)
		}
	}
	return slices.Compact(out)
}

// changed are the files that are new, gone or another text.
func (c *comparison) changed(files map[string]string) []string {
	var out []string
	for name, text := range files {
		if old, ok := c.before.files[name]; !ok || old != text {
			out = append(out, name)
		}
	}
	for name := range c.before.files {
		if _, ok := files[name]; !ok {
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
	var out []string
	said := res.said()
	for _, text := range said {
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
	for _, name := range c.changed(files) {
		if owner := c.workspace.Owner(name); owner != "" && !strings.HasSuffix(name, "README.md") {
			out = append(out, owner)
		}
	}
	return out
}
