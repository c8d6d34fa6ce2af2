package main

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entry is a file of a layer that a test makes.
type entry struct {
	name, data string
	mode       int64
}

// layerOf writes a tar archive and reads it as a layer.
func layerOf(t *testing.T, digest string, entries ...entry) layer {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.data)), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := readTar(&archive)
	if err != nil {
		t.Fatal(err)
	}
	return layer{digest, files}
}

func TestDifference(t *testing.T) {
	same := layerOf(t, "0", entry{"etc/passwd", "root", 0o644})
	config := map[string]any{"os": "linux"}
	for _, tc := range []struct {
		reason string
		a, b   image
		want   []string
	}{
		{"a layer with the same digest is not looked into",
			image{config: config, layers: []layer{same}}, image{config: config, layers: []layer{{"0", nil}}}, nil},
		{"files by path, which are there once",
			image{config: config, layers: []layer{same, layerOf(t, "1", entry{"a", "x", 0o755}, entry{"b", "x", 0o755})}},
			image{config: config, layers: []layer{same, layerOf(t, "2", entry{"b", "x", 0o755}, entry{"c", "x", 0o755})}},
			[]string{"layer 2 of 2 differs:", "  /a is in the first image only", "  /c is in the second image only"}},
		{"what a header says",
			image{config: config, layers: []layer{layerOf(t, "1", entry{"a", "x", 0o755})}},
			image{config: config, layers: []layer{layerOf(t, "2", entry{"a", "x", 0o644})}},
			[]string{"layer 1 of 1 differs:", `  /a: mode is "0755" and "0644"`}},
		{"the texts in a file that is no program",
			image{config: config, layers: []layer{layerOf(t, "1", entry{"a", "made on monday\x00the end", 0o644})}},
			image{config: config, layers: []layer{layerOf(t, "2", entry{"a", "made on friday\x00the end", 0o644})}},
			[]string{"layer 1 of 1 differs:", "  /a: 3 of 22 bytes differ, the first is byte 8",
				`    first:  "made on monday"`, `    second: "made on friday"`}},
		{"bytes that are no text",
			image{config: config, layers: []layer{layerOf(t, "1", entry{"a", "\x00\x01\x02\x03\x04", 0o644})}},
			image{config: config, layers: []layer{layerOf(t, "2", entry{"a", "\x00\x01\x02\x07\x04\x05", 0o644})}},
			[]string{"layer 1 of 1 differs:", "  /a: 5 and 6 bytes, which differ from byte 3 on",
				"    first:  00 01 02 03 04", "    second: 00 01 02 07 04 05"}},
		{"the same files in another blob",
			image{config: config, layers: []layer{layerOf(t, "1", entry{"a", "x", 0o644})}},
			image{config: config, layers: []layer{layerOf(t, "2", entry{"a", "x", 0o644})}},
			[]string{"layer 1 of 1 differs:", "  the same files in another order or compressed in another way"}},
		{"the number of layers",
			image{config: config, layers: []layer{same, same}}, image{config: config, layers: []layer{same}},
			[]string{"the first image has 2 layers, the second 1"}},
	} {
		if diff := cmp.Diff(tc.want, difference(&tc.a, &tc.b)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
	got := strings.Join(difference(&image{config: config}, &image{config: map[string]any{"os": "plan9"}}), "\n")
	if !strings.Contains(got, "linux") || !strings.Contains(got, "plan9") {
		t.Errorf("a configuration is shown with both values: %s", got)
	}
}

func TestNarrow(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, tc := range []struct{ reason, a, b, one, two string }{
		{"a short text is shown whole", "on monday", "on friday", "on monday", "on friday"},
		{"a long one where it differs", long + "1" + long, long + "2" + long,
			long[:around] + "1" + long[:around], long[:around] + "2" + long[:around]},
		{"of another length", "at 9 o'clock", "at 10 o'clock", "at 9 o'clock", "at 10 o'clock"},
		{"with no counterpart", "only here", "", "only here", ""},
		{"no more than fits a line", "<" + long + ">", "", "<" + long[:mostShown-1] + "...", ""},
	} {
		one, two := narrow(tc.a, tc.b)
		if one != tc.one || two != tc.two {
			t.Errorf("%s: %q and %q, want %q and %q", tc.reason, one, two, tc.one, tc.two)
		}
	}
}

func TestOnly(t *testing.T) {
	if got := only([]string{"a", "b", "b", "c"}, []string{"b", "c", "d"}); !cmp.Equal(got, []string{"a", "b"}) {
		t.Errorf("a text counts as often as it is there: %q", got)
	}
}
