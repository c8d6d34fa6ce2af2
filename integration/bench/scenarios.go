package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	runs      int
	peer      peer
	tree      *tree
	dir       string
	// coldCache is the directory and the content of the cold build's cache,
	// which the import scenario starts from.
	coldCache string
	coldBlobs map[string]int64
	// said is what the cold build's binary answered to --version.
	said string
	// changed tells that the peer last built something else than the original.
	changed bool
	rows    []row
}

// measure runs all scenarios of one peer. A peer that cannot build gets rows
// that say so.
func (b *bench) measure(ctx context.Context, name string, scenarios []string, runs int) []row {
	c := &course{bench: b, name: name, scenarios: scenarios, runs: runs, dir: filepath.Join(b.work, name)}
	if err := c.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		logf("%s: cannot build: %v", name, err)
		for _, s := range scenarios {
			c.record(s, 1, row{}, err)
		}
		return c.rows
	}
	defer c.peer.close()
	for _, s := range allScenarios()[1:] {
		if slices.Contains(scenarios, s) {
			c.repeat(ctx, s)
		}
	}
	return c.rows
}

// start makes the cold build.
func (c *course) start(ctx context.Context) error {
	logf("%s: prepare", c.name)
	var err error
	if c.peer, err = c.newPeer(ctx, c.name); err != nil {
		return err
	}
	if err = c.cold(ctx); err != nil {
		c.peer.close()
	}
	return err
}

func (c *course) cold(ctx context.Context) error {
	var err error
	if c.tree, err = newTree(c.project, filepath.Join(c.dir, "src")); err != nil {
		return err
	}
	if err := c.peer.fresh(ctx, ""); err != nil {
		return err
	}
	c.coldCache = filepath.Join(c.dir, "cache-cold")
	r, err := c.once(ctx, c.tree, scenarioCold, change{}, c.coldCache)
	if err != nil {
		return err
	}
	if c.coldBlobs, err = blobs(c.coldCache); err != nil {
		return err
	}
	if slices.Contains(c.scenarios, scenarioCold) {
		c.add(scenarioCold, 1, r, nil)
	}
	return nil
}

// repeat runs a scenario as often as asked, with a different change each time.
// It ends early when there are no more versions or packages to choose from.
func (c *course) repeat(ctx context.Context, scenario string) {
	for run := 1; run <= c.runs; run++ {
		r, err := c.scenario(ctx, scenario, run)
		if ctx.Err() != nil || run > 1 && (errors.Is(err, errNoBump) || errors.Is(err, errNoAddition)) {
			return
		}
		c.add(scenario, run, r, err)
		if err != nil {
			return
		}
	}
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
		err = c.startOver(ctx)
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
	c.changed = len(ch.files) > 0
	cache := filepath.Join(c.dir, "cache")
	defer os.RemoveAll(cache)
	return c.once(ctx, t, scenario, ch, cache)
}

// startOver is a new machine with the cold build's cache. The files get their
// old times back, or cargo would also compile what earlier scenarios edited.
func (c *course) startOver(ctx context.Context) error {
	if err := c.peer.fresh(ctx, c.coldCache); err != nil {
		return err
	}
	dir := c.tree.dir
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
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
