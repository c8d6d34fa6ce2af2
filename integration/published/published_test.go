package published

import (
	"strings"
	"testing"
)

func TestScript(t *testing.T) {
	for _, tc := range []struct {
		reason, project, get string
		members              bool
	}{
		{"a package is taken as published", "fd-find", "get fd-find 1.2.3 /out/tree\n", false},
		{"a workspace starts from the package of its binary", "ripgrep-workspace", "get ripgrep 1.2.3 /out/tree\n", true},
		{"a package may have such a name itself", "cargo-workspace", "get cargo-workspace 1.2.3 /out/tree\n", false},
	} {
		got := Script(tc.project, "1.2.3")
		if !strings.Contains(got, tc.get) || strings.Contains(got, "crates/${member%%:*}") != tc.members {
			t.Errorf("%s: %s gives\n%s", tc.reason, tc.project, got)
		}
	}
}
