//go:build !gateway

package main

import (
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client"
	bkbuild "github.com/moby/buildkit/cmd/buildctl/build"
	"github.com/tonistiigi/fsutil"

	"github.com/containerd/containerd/v2/core/content"
)

// solveOpt turns the flags into BuildKit's request, without the session. It
// opens the local directories and the files of outputs, nothing else.
func solveOpt(f *buildFlags) (client.SolveOpt, error) {
	opt := client.SolveOpt{
		LocalMounts:         map[string]fsutil.FS{},
		OCIStores:           map[string]content.Store{},
		AllowedEntitlements: f.allows,
	}
	if err := bkbuild.ValidateAllow(f.allows); err != nil {
		return opt, err
	}
	own, err := f.attributes()
	if err != nil {
		return opt, err
	}
	if opt.FrontendAttrs, err = bkbuild.ParseOpt(own); err != nil {
		return opt, err
	}
	if err := addContext(&opt, f.context, f.file); err != nil {
		return opt, err
	}
	for _, named := range f.buildContexts {
		if err := addNamedContext(&opt, named); err != nil {
			return opt, err
		}
	}
	// Raw options are the last word.
	for _, o := range f.options {
		key, value, ok := strings.Cut(o, "=")
		if !ok || key == "" {
			return opt, fmt.Errorf("--opt %s: write KEY=VALUE", o)
		}
		opt.FrontendAttrs[key] = value
	}
	if opt.CacheImports, err = bkbuild.ParseImportCache(f.importCache); err != nil {
		return opt, err
	}
	if opt.CacheExports, err = bkbuild.ParseExportCache(f.exportCache); err != nil {
		return opt, err
	}
	opt.Exports, err = exports(f)
	return opt, err
}

// attributes are the options of the frontend as KEY=VALUE.
func (f *buildFlags) attributes() ([]string, error) {
	var out []string
	for _, arg := range f.buildArgs {
		if name, _, _ := strings.Cut(arg, "="); name == "" {
			return nil, fmt.Errorf("--build-arg %s: write KEY=VALUE", arg)
		}
		out = append(out, "build-arg:"+arg)
	}
	for _, label := range f.labels {
		if name, _, ok := strings.Cut(label, "="); !ok || name == "" {
			return nil, fmt.Errorf("--label %s: write KEY=VALUE", label)
		}
		out = append(out, "label:"+label)
	}
	if f.target != "" {
		out = append(out, "target="+f.target)
	}
	list := splitCommas(f.platforms)
	for _, p := range list {
		if _, err := platforms.Parse(p); err != nil {
			return nil, fmt.Errorf("--platform %s: %w", p, err)
		}
	}
	if len(list) > 0 {
		out = append(out, "platform="+strings.Join(list, ","))
	}
	switch {
	case f.noCache && len(f.noCacheFilter) > 0:
		return nil, fmt.Errorf("--no-cache already includes every stage of --no-cache-filter: use one of them")
	case f.noCache:
		out = append(out, "no-cache=")
	case len(f.noCacheFilter) > 0:
		out = append(out, "no-cache="+strings.Join(splitCommas(f.noCacheFilter), ","))
	}
	if f.pull {
		out = append(out, "image-resolve-mode=pull")
	}
	return out, nil
}

// splitCommas flattens lists that are repeated or separated by commas.
func splitCommas(values []string) []string {
	var out []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}
