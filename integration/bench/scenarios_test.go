package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "app")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\n# bench edit 2\necho app 1.0.0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	b := built{binary: binary, compiled: []string{"memchr v2.7.4", "app v1.0.0"}}
	for _, tc := range []struct {
		reason, scenario string
		change           change
		want             string
	}{
		{"the label of the edit is in the binary", scenarioEdit, change{label: "bench edit 2"}, ""},
		{"an older edit is not enough", scenarioEdit, change{label: "bench edit 3"}, "stale: the edit is not in the binary"},
		{"the new version was compiled", scenarioBump, change{compiles: "memchr v2.7.4"}, ""},
		{"another version was compiled", scenarioBump, change{compiles: "memchr v2.7.5"}, "stale: cargo did not compile memchr v2.7.5"},
		{"the program says its old version", scenarioVersion, change{}, "stale: the binary has the old version"},
		{"nothing changed", scenarioNoChange, change{}, ""},
	} {
		c := &course{bench: &bench{project: &project{pkg: metaPackage{Version: "1.0.0"}}}, said: "app 1.0.0"}
		got := ""
		if err := c.check(t.Context(), tc.scenario, tc.change, b); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
		}
	}
}

func TestAllScenarios(t *testing.T) {
	all := strings.Join(allScenarios(), ",")
	if !strings.HasPrefix(all, scenarioCold+",") || !strings.HasSuffix(all, ","+scenarioImport+","+scenarioImportBump) {
		t.Errorf("the cold build comes first, and what drops a peer's state last: %s", all)
	}
}
