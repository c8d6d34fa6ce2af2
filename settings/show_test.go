package settings

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What Text writes is what a build argument says: read back, all settings are
// the same.
func TestSettingsText(t *testing.T) {
	tables := []struct{ reason, table string }{
		{"nothing is set", ""},
		{"build", "profile = \"dev\"\nbins = [\"app\", \"b\"]\nfeatures = []\ndefault-features = false\nall-features = true\n" +
			"triple = \"x86_64-unknown-linux-gnu\"\ntoolchain = \"rust:1.90\"\nenv = { A = \"1,2\", B = \"x=\\\"y\\\"\\n\", C = \"\" }\n" +
			"inputs = [\"a,b\", \"{c}\"]\nstrip = \"none\"\nlayers = \"crate\""},
		{"lint", "layers = 12\nlint = { skip = [\"all\"], experimental = [\"RootUser\"], error = true }"},
		{"image", "image = { base = \"debian:13\", user = \"1000:users\", entrypoint = [\"/a\", \"\"], cmd = [], env = { A = \"b\" }, workdir = \"/x\", " +
			"expose = [80, \"53/udp\"], volumes = [\"/a b\"], labels = { \"a.b\" = \"\\u007f\" }, stop-signal = \"INT\", ca-certificates = false, tzdata = true }"},
		{"files", "image.files = [{ from = \"a*\", to = \"/a/\", owner = \"1:2\", mode = \"0755\" }, { from = \"b\", to = \"/b\" }]"},
		{"a health check", "image.healthcheck = { cmd = [\"/a\", \"--b\"], interval = \"1m30s\", timeout = \"3s\", retries = 2 }"},
		{"a health check for a shell", "image.base = \"debian:13\"\nimage.healthcheck.cmd = \"a || b\""},
		{"no health check", "image.base = \"debian:13\"\nimage.healthcheck.cmd = []"},
	}
	for _, tt := range tables {
		t.Run(tt.reason, func(t *testing.T) {
			files := single("[package.metadata.rust-frontend]\n" + tt.table)
			want, _, err := Load(load(t, files), Source{})
			if err != nil {
				t.Fatal(err)
			}
			args := map[string]string{}
			for _, k := range Keys() {
				if text := want.Text(k.Name); text != "" {
					args[k.Name] = text
				}
			}
			got, _, err := Load(load(t, single("")), Source{BuildArgs: args})
			if err != nil {
				t.Fatalf("%v: %q", err, args)
			}
			ignore := cmp.Options{cmpopts.IgnoreFields(Settings{}, "Origins"), cmpopts.IgnoreFields(ExtraFile{}, "Line")}
			if diff := cmp.Diff(want, got, ignore); diff != "" {
				t.Errorf("settings (-want +got):\n%s\n%q", diff, args)
			}
		})
	}
}
