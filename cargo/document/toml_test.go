package document

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPositions(t *testing.T) {
	const text = "a = 1\n[t.u]\nk.l = \"x\"\nlist = [\n  \"p\",\n  { q = 1 },\n]\n[[bin]]\nname = \"one\"\n[[bin]]\nname = \"two\"\nin = { deep = { er = 1 } }\n[bin.sub]\nx = 1\n"
	m, err := Parse("dir/F.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if m.Dir != "dir" {
		t.Errorf("Dir is %q", m.Dir)
	}
	tests := []struct{ key, want, reason string }{
		{"a", "1:1", "a key at the top"},
		{"t", "2:2", "a table that only a header names"},
		{"t.u", "2:4", "a table's header"},
		{"t.u.k", "3:1", "the table of a dotted key"},
		{"t.u.k.l", "3:3", "a dotted key"},
		{"t.u.list", "4:1", "an array"},
		{"t.u.list.0", "5:3", "an element"},
		{"t.u.list.1.q", "6:5", "a key of a table in an array"},
		{"bin.0.name", "9:1", "the first table of an array"},
		{"bin.1", "10:3", "the second table's header"},
		{"bin.1.name", "11:1", "the second table"},
		{"bin.1.in.deep.er", "12:17", "inline tables"},
		{"bin.1.sub.x", "14:1", "a table below the last of an array"},
		{"bin.1.sub.missing", "13:6", "a missing key is at the nearest table"},
		{"nothing", "0:0", "a missing table is at the file"},
	}
	for _, tt := range tests {
		at := m.At(strings.Split(tt.key, ".")...)
		if got := fmt.Sprintf("%d:%d", at.Line, at.Column); got != tt.want || at.File != "dir/F.toml" {
			t.Errorf("%s (%s): at %s in %s, want %s", tt.key, tt.reason, got, at.File, tt.want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	tests := []struct{ text, want, reason string }{
		{"a = 1\nb = \n", "F:2: not valid TOML", "a value is missing"},
		{"a = 1\na = 2\n", "F:2: not valid TOML", "a key twice"},
		{"a = 1\nb = \"\xff\"\n", "F:2: not UTF-8", "another encoding"},
		{"\xef\xbb\xbfa = [\n", "F:1: not valid TOML", "an array that does not end, behind a byte order mark"},
		{strings.Repeat("a.", 300) + "b = 1", "F:1: nested", "a deep key"},
		{strings.Repeat("k", 5000) + " = 1", "F:1: a key has more than", "a long key"},
		{"a = " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "F:1: nested", "deep arrays"},
		{"a = " + strings.Repeat("[", 100000), "F:1: not valid TOML", "very deep arrays"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			_, err := Parse("F", []byte(tt.text))
			wantError(t, err, tt.want)
		})
	}
}

// Whatever a document of 4 MiB holds, it is read or refused in little time.
func TestDecodeIsBounded(t *testing.T) {
	long := strings.Repeat("k", maxTOMLKey)
	tests := []struct {
		reason string
		head   string
		line   string
		fails  bool
	}{
		{"the packages of a lock file", "version = 4\n", "[[package]]\nname = \"crate-%d\"\ndependencies = [\"a\", \"b\"]\n", false},
		{"many keys in one table", "[" + long + "]\n", "k%d = 1\n", true},
		{"many tables", "", "[t.k%d]\n", true},
		{"many arrays of tables", "", "[[t.k%d]]\n", true},
		{"many inline tables", "", "k%d = { a = 1 }\n", true},
		{"many tables in an array", "a = [", "{ k = %d },", true},
		{"many dotted keys", "", "a.b.c.k%d = 1\n", true},
		{"many comments", "", "# %d\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			b := bytes.NewBufferString(tt.head)
			for i := 0; b.Len() < 4<<20; i++ {
				fmt.Fprintf(b, tt.line, i)
			}
			start := time.Now()
			_, _, err := DecodeTOML("F", b.Bytes())
			if (err != nil) != tt.fails {
				t.Errorf("error %v", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%d bytes took %s", b.Len(), took)
			}
		})
	}
}
