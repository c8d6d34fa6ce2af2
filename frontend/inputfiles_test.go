package frontend

import (
	"testing"
	"testing/fstest"
)

// A pattern of `inputs` is one of an ignore file.
func TestMatches(t *testing.T) {
	files := fstest.MapFS{"routes/[slug]/p.html": {}, "proto/a/b.proto": {}, "VERSION": {}}
	tests := []struct {
		pattern string
		want    bool
	}{
		{"VERSION", true},
		{"proto", true},
		{"proto/**", true},
		{"**/*.proto", true},
		{".", true},
		{"**", true},
		{"protos/**", false},
		{"routes/[slug]/**", false},
		{`routes/\[slug\]/**`, true},
	}
	for _, tt := range tests {
		if got, err := matches(files, tt.pattern); got != tt.want || err != nil {
			t.Errorf("%s: got %t, %v", tt.pattern, got, err)
		}
	}
}
