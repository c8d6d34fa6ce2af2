package settings

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSyntaxArgs(t *testing.T) {
	tests := []struct {
		reason, cmdline string
		want            map[string]string
	}{
		{"no syntax line", "", map[string]string{}},
		{"the image alone", "org/rust-frontend", map[string]string{}},
		{"words after the image", "org/rust-frontend package=app profile=dev", map[string]string{"package": "app", "profile": "dev"}},
		{"blanks between", "  img \t a=1   b=2 ", map[string]string{"a": "1", "b": "2"}},
		{"a value with an equals sign", "img image.env=A=B", map[string]string{"image.env": "A=B"}},
		{"an empty value", "img target=", map[string]string{"target": ""}},
		{"a word without a value is ignored", "img verbose a=1", map[string]string{"a": "1"}},
		{"the image is no argument", "host/img?a=1 b=2", map[string]string{"b": "2"}},
		{"the last wins", "img a=1 a=2", map[string]string{"a": "2"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			got := SyntaxArgs(tt.cmdline)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}
