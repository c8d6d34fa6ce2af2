package published

import "testing"

func TestParseOrigin(t *testing.T) {
	for _, tc := range []struct {
		reason, source string
		want           Origin
		ok             bool
	}{
		{"a directory", "../mine", Origin{Directory, "../mine", ""}, true},
		{"a package", "crates.io:fd-find@10.5.0", Origin{Crate, "fd-find", "10.5.0"}, true},
		{"a workspace of packages", "crates.io:ripgrep-workspace@15.2.0", Origin{Workspace, "ripgrep-workspace", "15.2.0"}, true},
		{"a tag", "git:https://example.com/a.git@v1", Origin{Git, "https://example.com/a.git", "v1"}, true},
		{"a URL with a user", "git:ssh://git@example.com/a@v1", Origin{Git, "ssh://git@example.com/a", "v1"}, true},
		{"no version", "crates.io:fd-find", Origin{}, false},
		{"no tag", "git:https://example.com/a", Origin{}, false},
		{"no flag of git", "git:--upload-pack=x@v1", Origin{}, false},
		{"nothing for the shell", "crates.io:ripgrep-workspace@$(x)", Origin{}, false},
	} {
		got, err := ParseOrigin(tc.source)
		if (err == nil) != tc.ok || got != tc.want {
			t.Errorf("%s: %v, %v", tc.reason, got, err)
		}
	}
}
