package planner

import (
	"testing"
)

func TestChooseTriple(t *testing.T) {
	tests := []struct{ arch, variant, want string }{
		{"amd64", "", "x86_64-unknown-linux-musl"},
		{"arm64", "", "aarch64-unknown-linux-musl"},
		{"arm", "v7", "armv7-unknown-linux-musleabihf"},
		{"arm", "v6", "arm-unknown-linux-musleabihf"},
		{"386", "", "i686-unknown-linux-musl"},
		{"riscv64", "", "riscv64gc-unknown-linux-musl"},
		{"ppc64le", "", "powerpc64le-unknown-linux-musl"},
		{"s390x", "", "s390x-unknown-linux-musl"},
	}
	ws := load(t, project(t, "single"))
	for _, tt := range tests {
		got, err := chooseTriple(ws, newSettings(), Facts{OS: "linux", Arch: tt.arch, Variant: tt.variant})
		if err != nil || got != tt.want {
			t.Errorf("linux/%s/%s: got %q and %v, want %q", tt.arch, tt.variant, got, err, tt.want)
		}
		if back := tripleArch(tt.want); back != tt.arch {
			t.Errorf("tripleArch(%q) = %q, want %q", tt.want, back, tt.arch)
		}
	}
}
