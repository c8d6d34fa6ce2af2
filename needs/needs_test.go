package needs

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// Every row says what is needed and what has it, and no key is misspelt.
func TestTable(t *testing.T) {
	var doc map[string]Need
	if err := toml.NewDecoder(bytes.NewReader(table)).DisallowUnknownFields().Decode(&doc); err != nil {
		t.Fatal(err)
	}
	for _, n := range All() {
		if n.What == "" || len(n.APK) == 0 || len(n.APT) == 0 {
			t.Errorf("%s: %+v", n.Crate, n)
		}
		if n.Tools != "" && n.Feature == "" {
			t.Errorf("%s: tools for a copy that no feature brings", n.Crate)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, n := range All() {
		switch help := n.Help(); n.Crate {
		case "openssl-sys":
			want := "openssl-sys needs OpenSSL: set `toolchain` to an image that has it (on Alpine the packages openssl-dev openssl-libs-static pkgconf, on Debian libssl-dev pkg-config), " +
				"or enable the feature `vendored` of openssl-sys, which compiles a copy, for which the image needs perl and make"
			if help != want {
				t.Errorf("got  %s\nwant %s", help, want)
			}
		case "prost-build":
			if strings.Contains(help, "feature") {
				t.Errorf("no feature brings protoc: %s", help)
			}
		}
	}
}
