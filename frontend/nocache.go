package frontend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// noCacheNames are what --no-cache-filter names, none for --no-cache.
func (b *builder) noCacheNames() []string {
	names := strings.Split(b.client.BuildOpts().Opts[keyNoCache], ",")
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// checkNoCache refuses a name that nothing in this build has, which would take all
// of it from the cache and say nothing. A stage that only other builds have is none
// the less right: a command line may be for all of them.
func (b *builder) checkNoCache() error {
	names := b.noCacheNames()
	if len(names) == 0 {
		return nil
	}
	var compiled []string
	for _, target := range b.targets() {
		p, err := b.outlined(target)
		if err != nil {
			return err
		}
		compiled = append(compiled, p.Compiles()...)
	}
	stages := llb.Stages(b.project.settings.Goal)
	for _, name := range names {
		if !anyCase(llb.AllStages(), name) && !anyCase(compiled, name) {
			return fmt.Errorf("--no-cache-filter %q: this build has no stage, package or binary of that name%s; its stages are %s, and each package and binary that it compiles can be named too",
				name, settings.DidYouMean(name, slices.Concat(stages, compiled)), strings.Join(stages, ", "))
		}
	}
	return nil
}

// anyCase says whether a list has a name, whatever its case, as with
// [dockerui.Client.IsNoCache].
func anyCase(list []string, name string) bool {
	return slices.ContainsFunc(list, func(n string) bool { return strings.EqualFold(n, name) })
}

// compiles notes what a plan compiles, for [builder.idleNoCache].
func (b *builder) compiles(p *plan.Plan) {
	for _, name := range p.Compiles() {
		b.compiled.Store(strings.ToLower(name), true)
	}
}

// idleNoCache warns of packages that are named and that no step has compiled: those
// of Cargo.lock that are for another platform, or behind a feature that is off. That
// is known when all platforms are planned.
func (b *builder) idleNoCache() []settings.Warning {
	var out []settings.Warning
	for _, name := range b.noCacheNames() {
		if _, ok := b.compiled.Load(strings.ToLower(name)); !ok && !anyCase(llb.AllStages(), name) {
			out = append(out, settings.Warning{Msg: fmt.Sprintf("--no-cache-filter %q has no effect: no step of this build compiles that package", name)})
		}
	}
	return out
}
