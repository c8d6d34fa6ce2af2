package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The scenarios, in the order in which a peer goes through them. The first is
// always built, since the others start from it.
const (
	scenarioCold       = "cold"
	scenarioNoChange   = "nochange"
	scenarioEdit       = "edit"
	scenarioVersion    = "version"
	scenarioBump       = "bump"
	scenarioBumpLow    = "bump-low"
	scenarioBumpMid    = "bump-mid"
	scenarioBumpTop    = "bump-top"
	scenarioAdd        = "add"
	scenarioEditLeaf   = "edit-leaf"
	scenarioEditMid    = "edit-mid"
	scenarioEditBin    = "edit-bin"
	scenarioSibling    = "sibling"
	scenarioImport     = "import"
	scenarioImportBump = "import-bump"
)

// allScenarios lists them. The last two start over, so nothing may follow that
// needs what the peer kept.
func allScenarios() []string {
	return []string{
		scenarioCold, scenarioNoChange, scenarioEdit, scenarioVersion, scenarioBump,
		scenarioBumpLow, scenarioBumpMid, scenarioBumpTop, scenarioAdd,
		scenarioEditLeaf, scenarioEditMid, scenarioEditBin, scenarioSibling,
		scenarioImport, scenarioImportBump,
	}
}

// defaultScenarios are those measured unless others are asked for.
func defaultScenarios() []string {
	return []string{scenarioCold, scenarioNoChange, scenarioEdit, scenarioVersion, scenarioBump, scenarioImport}
}

// course is the way of one peer through the scenarios.
type course struct {
	*bench
	name      string
	scenarios []string
	peer      peer
	tree      *tree
	dir       string
	// coldCache is the directory and the content of the last cold build's cache,
	// which the import scenario starts from.
	coldCache string
	coldBlobs map[string]int64
	// said is what the cold build's binary answered to --version.
	said string
	// changed tells that the peer last built other files than the original's, but
	// for its lock file: what cargo compiled for one does not replace what it
	// compiled for another.
	changed bool
	// over are the scenarios that are not run again: one that failed, or that has
	// no more versions or packages to choose from.
	over map[string]bool
	rows []row
}

func (b *bench) newCourse(name string, scenarios []string) *course {
	return &course{
		bench: b, name: name, scenarios: scenarios,
		dir: filepath.Join(b.work, name), over: map[string]bool{},
	}
}

func (c *course) close() {
	if c.peer != nil {
		c.peer.close()
	}
}

// take makes the build of a turn, unless it is over.
func (c *course) take(ctx context.Context, t turn) {
	if c.over[t.scenario] {
		return
	}
	if t.scenario == scenarioCold {
		c.takeCold(ctx, t.run)
		return
	}
	r, err := c.scenario(ctx, t.scenario, t.run)
	if ctx.Err() != nil {
		return
	}
	c.over[t.scenario] = err != nil
	if t.run > 1 && (errors.Is(err, errNoBump) || errors.Is(err, errNoAddition)) {
		return
	}
	c.add(t.scenario, t.run, r, err)
}

// takeCold makes a cold build. A peer that cannot, cannot do anything else.
func (c *course) takeCold(ctx context.Context, run int) {
	r, err := c.cold(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		logf("%s: cannot build: %v", c.name, err)
		c.fail(run, err)
	case slices.Contains(c.scenarios, scenarioCold):
		c.add(scenarioCold, run, r, nil)
	}
}

// fail records the error of a cold build for it and all that would start from it.
func (c *course) fail(run int, err error) {
	for _, s := range c.scenarios {
		c.record(s, run, row{}, err)
		c.over[s] = true
	}
	c.over[scenarioCold] = true
}

// cold builds the original on what is like a new machine.
func (c *course) cold(ctx context.Context) (row, error) {
	var err error
	if c.peer == nil {
		logf("%s: prepare", c.name)
		if c.peer, err = c.newPeer(ctx, c.name); err != nil {
			return row{}, err
		}
	}
	c.coldCache, c.coldBlobs = filepath.Join(c.dir, "cache-cold"), nil
	if err := os.RemoveAll(c.coldCache); err != nil {
		return row{}, err
	}
	if err := c.startOver(ctx, ""); err != nil {
		return row{}, err
	}
	r, err := c.once(ctx, c.tree, scenarioCold, change{}, c.coldCache)
	if err != nil {
		return row{}, err
	}
	c.coldBlobs, err = blobs(c.coldCache)
	return r, err
}

// scenario changes the tree and builds it.
func (c *course) scenario(ctx context.Context, scenario string, run int) (row, error) {
	ch, err := c.project.change(c.tree, scenario, run)
	if err != nil {
		return row{}, err
	}
	switch scenario {
	case scenarioNoChange, scenarioEdit, scenarioVersion, scenarioBump:
	case scenarioImport, scenarioImportBump:
		err = c.startOver(ctx, c.coldCache)
	default:
		err = c.settle(ctx)
	}
	t := c.tree
	if err == nil && scenario == scenarioSibling {
		name := fmt.Sprintf("sibling-%d", run)
		t, err = newTree(c.project, filepath.Join(c.dir, name))
		t.target = "target-" + name
	}
	if err == nil {
		err = t.change(ch.files)
	}
	if err != nil {
		return row{}, err
	}
	c.changed = c.changed || ch.touches()
	cache := filepath.Join(c.dir, "cache")
	defer os.RemoveAll(cache)
	return c.once(ctx, t, scenario, ch, cache)
}

// startOver is a new machine with the original and the cache in a directory, or
// with none. The files get their old times back, or cargo would also compile what
// earlier scenarios edited.
func (c *course) startOver(ctx context.Context, cache string) error {
	if err := c.peer.fresh(ctx, cache); err != nil {
		return err
	}
	dir := filepath.Join(c.dir, "src")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	c.changed = false
	var err error
	c.tree, err = newTree(c.project, dir)
	return err
}

// settle builds the original again, unmeasured. Cargo judges members by the
// times of their files: it would also compile what the scenario before had
// edited, now that it is put back.
func (c *course) settle(ctx context.Context) error {
	if !c.changed {
		return nil
	}
	if err := c.tree.change(nil); err != nil {
		return err
	}
	if _, err := c.peer.build(ctx, c.tree); err != nil {
		return fmt.Errorf("build the original again: %w", err)
	}
	c.changed = false
	return nil
}

// once builds, checks the binary, and saves the cache.
func (c *course) once(ctx context.Context, t *tree, scenario string, ch change, cache string) (row, error) {
	syscall.Sync() // what was written before is not this build's to wait for
	b, err := c.peer.build(ctx, t)
	if err != nil {
		return row{}, err
	}
	if err := c.check(ctx, scenario, ch, b); err != nil {
		return row{}, err
	}
	if err := c.peer.save(ctx, t, cache); err != nil {
		return row{}, fmt.Errorf("export the cache: %w", err)
	}
	saved, err := blobs(cache)
	if err != nil {
		return row{}, err
	}
	b.row.CacheBytes = total(saved, nil)
	if c.coldBlobs != nil && c.name != peerCargo { // an archive has no parts that stay the same
		b.row.CacheGrowth = total(saved, c.coldBlobs)
	}
	return b.row, nil
}

// check makes sure that the outcome is what was asked for: the binary starts,
// what the scenario changed is in it, and cargo compiled what is new.
func (c *course) check(ctx context.Context, scenario string, ch change, b built) error {
	says, err := runs(ctx, b.binary)
	if err != nil {
		return err
	}
	if ch.label != "" {
		data, err := os.ReadFile(b.binary)
		if err != nil {
			return err
		}
		if !strings.Contains(string(data), ch.label) {
			return errors.New("stale: the edit is not in the binary")
		}
	}
	if ch.compiles != "" && !slices.Contains(b.compiled, ch.compiles) {
		return fmt.Errorf("stale: cargo did not compile %s", ch.compiles)
	}
	if scenario == scenarioCold {
		c.said = says
	}
	if scenario == scenarioVersion && strings.Contains(c.said, c.project.pkg.Version) && says == c.said {
		return errors.New("stale: the binary has the old version")
	}
	return nil
}

// add records a row and shows it, so that a long run can be watched.
func (c *course) add(scenario string, run int, r row, err error) {
	c.record(scenario, run, r, err)
	if err != nil {
		logf("%s: %s %d: %v", c.name, scenario, run, err)
	} else {
		logf("%s: %s %d: %.2f s", c.name, scenario, run, r.Seconds)
	}
}

func (c *course) record(scenario string, run int, r row, err error) {
	r.Project, r.Peer, r.Scenario, r.Run = c.project.label, c.name, scenario, run
	if err != nil {
		r.Error = err.Error()
	}
	c.rows = append(c.rows, r)
}
