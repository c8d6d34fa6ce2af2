package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/org/rust-frontend/integration/published"
)

// fetch gives the directory of a project, which is below to if it had to be
// made.
func fetch(ctx context.Context, tc *toolchain, p place, source, to string) (string, error) {
	o, err := published.ParseOrigin(source)
	if err != nil {
		return "", err
	}
	if o.Kind != published.Directory {
		logf("download %s", source)
	}
	switch o.Kind {
	case published.Crate:
		return fetchCrate(ctx, tc, p, o)
	case published.Workspace:
		p.out = to
		if err := makeDirs(to); err != nil {
			return "", err
		}
		_, _, err := tc.run(ctx, p, nil, "sh", "-euc", published.Script(o.Place, o.Version))
		return filepath.Join(to, "tree"), err
	case published.Git:
		return to, published.Clone(ctx, o, to)
	default:
		return o.Place, nil
	}
}

// fetchCrate has cargo download a published package and gives its directory.
func fetchCrate(ctx context.Context, tc *toolchain, p place, o published.Origin) (string, error) {
	name := o.Place + "@" + o.Version
	if _, _, err := tc.cargo(ctx, p, "info", "--registry", "crates-io", name); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(p.home, "registry/src/*", o.Place+"-"+o.Version))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("cargo info %s left no sources behind", name)
	}
	// Cargo's own mark, which is not part of the package.
	return found[0], os.RemoveAll(filepath.Join(found[0], ".cargo-ok"))
}
