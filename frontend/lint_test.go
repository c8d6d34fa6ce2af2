package frontend

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerui"

	"github.com/org/rust-frontend/lint"
	"github.com/org/rust-frontend/settings"
)

func TestLintOptions(t *testing.T) {
	tests := []struct {
		reason string
		arg    *string // BUILDKIT_DOCKERFILE_CHECK
		entry  string
		set    settings.LintSettings
		want   lint.Config
		stops  bool
		err    string
	}{
		{reason: "nothing"},
		{reason: "a build argument", arg: ptr("skip=A,B;experimental=C;error=true"),
			want: lint.Config{Skip: []string{"A", "B"}, Experimental: []string{"C"}}, stops: true},
		{reason: "all", arg: ptr("skip=all;experimental=all"),
			want: lint.Config{Skip: []string{"all"}, Experimental: []string{"all"}}},
		{reason: "a comment below the syntax line", entry: "# syntax=x\n# check=skip=A;error=true\n", want: lint.Config{Skip: []string{"A"}}, stops: true},
		{reason: "the build argument hides the comment", arg: ptr("skip=B"), entry: "# check=skip=A;error=true\n", want: lint.Config{Skip: []string{"B"}}},
		{reason: "settings are added", arg: ptr("skip=A"), set: settings.LintSettings{Skip: []string{"B"}, Experimental: []string{"all"}, Error: true},
			want: lint.Config{Skip: []string{"A", "B"}, Experimental: []string{"all"}}, stops: true},
		{reason: "a comment that cannot be read", entry: "# check=nothing\n", err: "the line `# check=nothing`: invalid check option"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			b := &builder{
				dockerui: &dockerui.Client{},
				project: &project{
					entry:    &dockerui.Source{SourceMap: bkllb.NewSourceMap(nil, "Cargo.toml", "TOML", []byte(tt.entry))},
					settings: &settings.Settings{Lint: tt.set},
				},
			}
			if tt.arg != nil {
				config, err := linter.ParseLintOptions(*tt.arg)
				if err != nil {
					t.Fatal(err)
				}
				b.dockerui.LinterConfig = config
			}
			got, stops, err := b.lintOptions()
			if tt.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || stops != tt.stops {
				t.Errorf("stops %v, want %v; configuration (-want +got):\n%s", stops, tt.stops, diff)
			}
		})
	}
}

func ptr(s string) *string { return &s }
