package frontend

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/gateway/client"
	lintrequest "github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/lint"
	"github.com/org/rust-frontend/plan"
)

// gitignore is the file that git reads at the root of the context.
const gitignore = ".gitignore"

// lintOptions are what BUILDKIT_DOCKERFILE_CHECK says, else the comment
// `# check=` at the top of the entry file, as with a Dockerfile
// (frontend/dockerfile/dockerfile2llb), with the settings added.
func (b *builder) lintOptions() (lint.Config, bool, error) {
	options := b.dockerui.LinterConfig
	if options == nil {
		directive, _, _, _ := parser.ParseDirective("check", b.project.entry.Data)
		var err error
		if options, err = linter.ParseLintOptions(directive); err != nil {
			return lint.Config{}, false, fmt.Errorf("the line `# check=%s`: %w", directive, err)
		}
	}
	set := b.project.settings.Lint
	config := lint.Config{
		Skip:         slices.Concat(options.SkipRules, set.Skip),
		Experimental: slices.Concat(options.ExperimentalRules, set.Experimental),
	}
	if options.SkipAll {
		config.Skip = append(config.Skip, lint.All)
	}
	if options.ExperimentalAll {
		config.Experimental = append(config.Experimental, lint.All)
	}
	return config, options.ReturnAsError || set.Error, nil
}

// targets are the platforms of the build.
func (b *builder) targets() []ocispecs.Platform {
	if len(b.dockerui.TargetPlatforms) == 0 {
		return []ocispecs.Platform{b.targetPlatform(nil)}
	}
	var out []ocispecs.Platform
	for i := range b.dockerui.TargetPlatforms {
		out = append(out, b.targetPlatform(&b.dockerui.TargetPlatforms[i]))
	}
	return out
}

// outlined plans without asking anybody: no registry, repository or toolchain.
func (b *builder) outlined(target ocispecs.Platform) (*plan.Plan, error) {
	if err := b.selectTarget(); err != nil {
		return nil, err
	}
	return b.selected.Unasked(b.factsFor(target, &image{}))
}

// findings checks the build for each of its platforms. The error is one of
// planning, or of the options.
func (b *builder) findings() ([]lint.Finding, error) {
	config, _, err := b.lintOptions()
	if err != nil {
		return nil, err
	}
	in := &lint.Subject{
		Workspace: b.project.workspace, Settings: b.project.settings,
		Entry: b.project.planEntry, Warnings: b.project.warnings, Contexts: b.contexts(),
	}
	if b.project.context.remote == nil {
		in.Gitignore, _ = b.project.files.ReadFile(gitignore) // one that cannot be read says nothing
	}
	var all []lint.Finding
	for _, target := range b.targets() {
		if in.Plan, err = b.outlined(target); err != nil {
			return nil, err
		}
		in.Used = b.selected.Used(in.Plan.Triple)
		all = append(all, lint.Check(in, config)...)
	}
	return lint.Sort(all), nil
}

// contexts are the names of the named contexts, without the platform.
func (b *builder) contexts() []string {
	var out []string
	for key := range b.client.BuildOpts().Opts {
		if name, ok := strings.CutPrefix(key, "context:"); ok {
			name, _, _ = strings.Cut(name, "::")
			out = append(out, strings.TrimSuffix(name, ":latest"))
		}
	}
	slices.Sort(out)
	return out
}

// lint warns of findings before anything is compiled. They stop the build when
// the options say so. A project that cannot be planned has other errors.
func (b *builder) lint(ctx context.Context) error {
	found, err := b.findings()
	if err != nil {
		return err
	}
	for _, f := range found {
		opts := client.WarnOpts{Level: 1, Detail: [][]byte{[]byte(f.Rule.Description)}, URL: f.Rule.URL()}
		if f.File != "" {
			opts.SourceInfo = b.sourceInfo(f.File)
			opts.Range = b.ranges(f)
		}
		line := f.Line
		if !b.isEntry(f.File) {
			line = 0 // the file's, which the detail names
		}
		b.say(ctx, linter.LintFormatShort(f.Rule.Name, b.detail(f), line), opts)
	}
	return b.violation(found)
}

// detail is what a finding says. It names a file other than the entry file: a
// client shows the name that it was given with -f for every file.
func (b *builder) detail(f lint.Finding) string {
	if b.isEntry(f.File) {
		return f.Detail
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Detail)
}

// isEntry says whether a file is the entry file, or none at all. A client sends
// the entry file's name without the directory.
func (b *builder) isEntry(name string) bool {
	entry := b.project.entry
	return name == "" || name == entry.Filename ||
		path.Base(name) == path.Base(entry.Filename) && string(b.project.source(name)) == string(entry.Data)
}

// violation is the error of findings that stop a build, in BuildKit's words
// (frontend/dockerfile/linter).
func (b *builder) violation(found []lint.Finding) error {
	_, stops, err := b.lintOptions()
	if err != nil || !stops || len(found) == 0 {
		return err
	}
	var rules []string
	for _, f := range found {
		if !slices.Contains(rules, f.Rule.Name) {
			rules = append(rules, f.Rule.Name)
		}
	}
	return fmt.Errorf("lint violation found for rules: %s", strings.Join(rules, ", "))
}

// ranges is the line of a finding, from its column on.
func (b *builder) ranges(f lint.Finding) []*pb.Range {
	if f.Line < 1 {
		return nil
	}
	r := &pb.Range{Start: &pb.Position{Line: int32(f.Line)}, End: &pb.Position{Line: int32(f.Line)}}
	lines := strings.Split(string(b.project.source(f.File)), "\n")
	if f.Column > 0 && f.Line <= len(lines) {
		r.Start.Character = int32(f.Column - 1)
		r.End.Character = int32(max(f.Column-1, len(strings.TrimRight(lines[f.Line-1], " \t\r"))))
	}
	return []*pb.Range{r}
}

// checkRequest answers --check. An error of the project is part of the answer.
func (b *builder) checkRequest(context.Context) (*lintrequest.LintResults, error) {
	results := &lintrequest.LintResults{}
	results.AddSource(b.project.entry.SourceMap)
	found, err := b.findings()
	if err == nil {
		err = b.violation(found)
	}
	if err != nil {
		results.Error = b.buildError(results, err)
	}
	for _, f := range found {
		at := &pb.Location{SourceIndex: -1, Ranges: b.ranges(f)}
		if info := b.sourceInfo(f.File); info != nil {
			at.SourceIndex = b.sourceIndex(results, info)
		}
		results.Warnings = append(results.Warnings, lintrequest.Warning{
			RuleName: f.Rule.Name, Description: f.Rule.Description, URL: f.Rule.URL(), Detail: b.detail(f), Location: at,
		})
	}
	return results, nil
}

// sourceIndex gives the index of a file in the answer, and adds it once. The
// entry file is the first.
func (b *builder) sourceIndex(results *lintrequest.LintResults, info *pb.SourceInfo) int32 {
	if b.isEntry(info.Filename) {
		return 0
	}
	for i, s := range results.Sources {
		if s.Filename == info.Filename {
			return int32(i)
		}
	}
	results.Sources = append(results.Sources, info)
	return int32(len(results.Sources) - 1)
}
