package answers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePackageID(t *testing.T) {
	tests := []struct {
		reason, id string
		want       PackageID
	}{
		{"a registry package", "registry+https://example.com/index#serde@1.0.228", PackageID{"serde", "1.0.228", "registry+https://example.com/index"}},
		{"a sparse registry", "sparse+https://example.com/index/#a_b@0.1.0+meta", PackageID{"a_b", "0.1.0+meta", "sparse+https://example.com/index/"}},
		{"a package named as its directory", "path+file:///src/crates/app#0.1.0", PackageID{"app", "0.1.0", "path+file:///src/crates/app"}},
		{"a package named otherwise", "path+file:///src#app@0.1.0", PackageID{"app", "0.1.0", "path+file:///src"}},
		{"a git repository named as the package", "git+https://example.com/team/fork.git?branch=main#1.0.5", PackageID{"fork", "1.0.5", "git+https://example.com/team/fork.git?branch=main"}},
		{"a git package", "git+https://example.com/team/fork?rev=0123#helper@1.0.5", PackageID{"helper", "1.0.5", "git+https://example.com/team/fork?rev=0123"}},
		{"before cargo 1.77", "serde 1.0.100 (registry+https://example.com/index)", PackageID{"serde", "1.0.100", "registry+https://example.com/index"}},
		{"a git package before 1.77", "fork 1.0.5 (git+https://example.com/team/fork?tag=v1#0123456)", PackageID{"fork", "1.0.5", "git+https://example.com/team/fork?tag=v1"}},
		{"a package of the tree before 1.77", "app 0.1.0 (path+file:///src)", PackageID{"app", "0.1.0", "path+file:///src"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			got, err := parsePackageID(tt.id)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseUnitGraphErrors(t *testing.T) {
	tests := []struct{ reason, text, want string }{
		{"nothing", "", "unexpected end"},
		{"a later version", `{"version":2,"units":[],"roots":[]}`, "version 2 is not known"},
		{"a root that is not there", `{"version":1,"units":[],"roots":[0]}`, "there is no unit 0"},
		{"a dependency that is not there", `{"version":1,"units":[{"pkg_id":"a 1.0.0 (path+file:///a)","dependencies":[{"index":1}]}],"roots":[0]}`, "there is no unit 1"},
		{"an id that is none", `{"version":1,"units":[{"pkg_id":"serde"}],"roots":[]}`, `"serde" is no package id`},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if _, err := ParseUnitGraph([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
