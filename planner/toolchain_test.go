package planner

import (
	"strings"
	"testing"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
)

// A compiler that is another one than the toolchain file asks for is named, with both
// versions; what may be the right one is not.
func TestOtherCompiler(t *testing.T) {
	tests := []struct {
		reason, channel, rustc, date string
		fits                         bool
	}{
		{"a version", "1.90.0", "1.90.0", "2025-09-14", true},
		{"a version without a patch", "1.90", "1.90.1", "", true},
		{"another patch", "1.90.0", "1.90.1", "", false},
		{"another version that begins alike", "1.9", "1.90.0", "", false},
		{"a version for a host", "1.90.0-x86_64-unknown-linux-musl", "1.90.0", "", true},
		{"a nightly of that version", "1.90", "1.90.0-nightly", "", false},
		{"a beta of a version", "1.90.0-beta.2", "1.90.0-beta.2", "", true},
		{"any beta of a version", "1.90.0-beta", "1.90.0-beta.2", "", true},
		{"another beta of a version", "1.90.0-beta.2", "1.90.0-beta.3", "", false},
		{"not the beta of a version", "1.90.0-beta.2", "1.90.0", "", false},
		{"stable of a day", "stable-2025-09-18", "1.90.0", "2025-09-14", true},
		{"stable of another day", "stable-2025-09-18", "1.89.0", "2025-08-04", false},
		{"stable", "stable", "1.96.0", "2026-05-01", true},
		{"not stable", "stable", "1.97.0-beta.2", "2026-05-01", false},
		{"beta", "beta", "1.97.0-beta.2", "", true},
		{"nightly", "nightly", "1.98.0-nightly", "2026-06-01", true},
		{"not nightly", "nightly", "1.96.0", "", false},
		{"a nightly of the evening before", "nightly-2026-01-02", "1.95.0-nightly", "2026-01-01", true},
		{"an older nightly", "nightly-2026-01-02", "1.94.0-nightly", "2025-11-01", false},
		{"a newer nightly", "nightly-2026-01-02", "1.95.0-nightly", "2026-01-03", false},
		{"a nightly for a host", "nightly-2026-01-02-x86_64-unknown-linux-gnu", "1.95.0-nightly", "2026-01-01", true},
		{"a compiler without a date", "nightly-2026-01-02", "1.95.0-nightly", "", true},
		{"a name of one's own", "ours", "1.96.0", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			file := &cargo.Toolchain{Channel: tt.channel, Position: document.Position{File: "rust-toolchain.toml", Line: 2}}
			chosen := plan.Toolchain{Image: "mine", Origin: "the setting `toolchain`"}
			got := otherCompiler(file, &answers.Probe{Rustc: tt.rustc, Date: tt.date}, chosen)
			if len(got) == 0 != tt.fits {
				t.Fatalf("%d warnings", len(got))
			}
			for _, w := range got {
				if w.Line != 2 || !strings.Contains(w.Msg, tt.channel) || !strings.Contains(w.Msg, tt.rustc) {
					t.Errorf("%+v", w)
				}
			}
		})
	}
	if got := otherCompiler(nil, &answers.Probe{}, plan.Toolchain{}); got != nil {
		t.Errorf("without a file: %v", got)
	}
	if got := otherCompiler(&cargo.Toolchain{Channel: "nightly"}, nil, plan.Toolchain{}); got != nil {
		t.Errorf("without a probe: %v", got)
	}
}

// A program that would stand in rustc's place is named, but for one that changes nothing.
func TestOtherPrograms(t *testing.T) {
	tests := []struct {
		reason, key, program string
		says                 string
	}{
		{"a wrapper", "rustc-wrapper", "tools/wrap", `build.rustc-wrapper = "tools/wrap" is not followed`},
		{"a wrapper of the project's packages", "rustc-workspace-wrapper", "wrap", "build.rustc-workspace-wrapper"},
		{"another compiler", "rustc", "/opt/rustc", "say `toolchain`"},
		{"a cache", "rustc-wrapper", "/usr/bin/sccache", ""},
		{"none", "rustc-wrapper", "", ""},
		{"another key", "jobs", "wrap", ""},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			config := &cargo.Config{
				Files: []string{".cargo/config.toml"},
				Doc:   map[string]any{"build": map[string]any{tt.key: tt.program}},
			}
			got := otherPrograms(config)
			if tt.says == "" {
				if got != nil {
					t.Errorf("%+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].File != ".cargo/config.toml" || !strings.Contains(got[0].Msg, tt.says) {
				t.Errorf("%+v", got)
			}
		})
	}
	if got := otherPrograms(nil); got != nil {
		t.Errorf("without a configuration: %v", got)
	}
}
