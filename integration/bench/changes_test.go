package main

import "testing"

func TestTouches(t *testing.T) {
	for _, tc := range []struct {
		reason string
		files  map[string]string
		want   bool
	}{
		{"nothing differs", nil, false},
		{"another version of a dependency leaves what was compiled", map[string]string{"Cargo.lock": ""}, false},
		{"cargo judges a member by the times of its files", map[string]string{"src/main.rs": ""}, true},
		{"a manifest is a member's file", map[string]string{"Cargo.toml": "", "Cargo.lock": ""}, true},
	} {
		if got := (change{files: tc.files}).touches(); got != tc.want {
			t.Errorf("%s: got %v", tc.reason, got)
		}
	}
}
