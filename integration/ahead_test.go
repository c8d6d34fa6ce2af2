package integration

import (
	"slices"
	"strings"
	"testing"
)

// What the last step mounts from an imported cache is fetched while the steps
// before it run, and not at all when nothing runs.
func TestFetchesAhead(t *testing.T) {
	b, second := newBed(t, gateway), newDaemon(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "layers"), r.values)
	req := build{dir: p.dir, args: map[string]string{"layers": "crate"}}
	req.cacheFrom = b.cacheOf(t, req)
	ahead := func(res *result) bool {
		return slices.ContainsFunc(res.vertices, func(v *vertex) bool {
			return v.name == "[internal] unpack what the imported cache has" && v.ran()
		})
	}

	res := second.build(t, req)
	res.mustNotRun("deps", "source")
	if ahead(res) {
		t.Errorf("results are fetched that nothing needs\n%s", res.log())
	}

	p.replace("build.rs", "fn main() {", "fn main() {\n    std::thread::sleep(std::time::Duration::from_secs(4));")
	res = second.build(t, req)
	res.nothingTwice()
	res.mustNotRun("deps")
	if !ahead(res) {
		t.Errorf("nothing is fetched ahead\n%s", res.log())
	}
	if got := strings.TrimSpace(res.run("app")); !strings.HasPrefix(got, "leaf 1.0.0") {
		t.Errorf("the program says %q", got)
	}
}
