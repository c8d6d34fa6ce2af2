package integration

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
)

// traced is a program with the profile that a test gives.
const traced = `
-- Cargo.toml --
[package]
name = "traced"
version = "0.1.0"
edition = "2021"

[dependencies]
leaf = "1"

[profile.release]
@{profile}
-- Cargo.lock --
version = 4

[[package]]
name = "leaf"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{leaf-1.0.0}"

[[package]]
name = "traced"
version = "0.1.0"
dependencies = ["leaf"]
-- .cargo/config.toml --
[source.crates-io]
replace-with = "tests"
[source.tests]
registry = "sparse+@{registry}/index/"
-- src/main.rs --
// @{salt}
#[inline(never)]
fn greet() -> &'static str {
    leaf::taste()
}

fn main() {
    println!("{}", greet());
}
`

// The debug information of a binary is a file of its own that belongs to the
// image's binary, which is stripped as the profile or the settings say.
func TestDebugInfo(t *testing.T) {
	tests := []struct {
		reason, profile string
		args            map[string]string
		// has are the sections that the image's binary keeps.
		symbols, debug bool
		packed         bool
	}{
		{reason: "the profile makes it", profile: "debug = true"},
		{reason: "one layer", profile: "debug = true", args: map[string]string{"layers": "1"}},
		{reason: "the profile strips it alone", profile: "debug = 1\nstrip = \"debuginfo\"", symbols: true},
		{reason: "the setting strips it alone", profile: "debug = \"limited\"\nstrip = true", args: map[string]string{"strip": "debuginfo"}, symbols: true},
		{reason: "the setting makes it", profile: "opt-level = 1", args: map[string]string{"debug-info": "true"}},
		{reason: "a variable makes it", args: map[string]string{"env.CARGO_PROFILE_RELEASE_DEBUG": "full"}},
		{reason: "the profile strips nothing", profile: "debug = true\nstrip = false", symbols: true, debug: true},
		{reason: "packed beside it", profile: "debug = true\nsplit-debuginfo = \"packed\"", packed: true},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		crates := strings.Replace(testdata(t, "crates"), "pub fn taste", "#[inline(never)]\npub fn taste", 1)
		r := newRegistry(t, "/dl/{crate}/{version}", crates)
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := newProject(t, traced, r.values, map[string]string{"profile": tt.profile})
				res := b.build(t, build{dir: p.dir, args: tt.args})
				out := t.TempDir()
				stage := b.build(t, build{dir: p.dir, args: tt.args, attrs: target("debug-info"),
					exports: []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}}})
				stage.mustNotRun("deps", "source")
				want := map[string]bool{"/traced.debug": true}
				if tt.packed {
					want["/traced.dwp"] = true
				}
				got := map[string]bool{}
				for name := range tree(t, out) {
					got[name] = true
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("files (-want +got):\n%s", diff)
				}
				if said := res.run("traced"); said != "leaf 1.0.0 sweet\n" {
					t.Errorf("the program says %q", said)
				}
				file, err := os.ReadFile(filepath.Join(out, "traced.debug"))
				check(t, err)
				bin := readELF(t, res.binary("traced"))
				mustHave(t, bin, map[string]bool{".symtab": tt.symbols, ".debug_info": tt.debug, ".gnu_debuglink": !tt.debug})
				if !tt.debug {
					mustLink(t, bin, "traced.debug", file)
				}
				mustTell(t, bin, readELF(t, file), tt.packed)
			})
		}
	})
}

func readELF(t *testing.T, data []byte) *elf.File {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(data))
	check(t, err)
	return f
}

// mustHave wants sections to be there or not.
func mustHave(t *testing.T, f *elf.File, sections map[string]bool) {
	t.Helper()
	for name, want := range sections {
		if got := f.Section(name) != nil; got != want {
			t.Errorf("%s is in the image's binary: %v, want %v", name, got, want)
		}
	}
}

// mustLink wants the name and the checksum of the debug file in the binary.
// https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html
func mustLink(t *testing.T, bin *elf.File, name string, file []byte) {
	t.Helper()
	link := bin.Section(".gnu_debuglink")
	if link == nil {
		return
	}
	data, err := link.Data()
	check(t, err)
	got, _, _ := bytes.Cut(data, []byte{0})
	sum := binary.LittleEndian.Uint32(data[len(data)-4:])
	if string(got) != name || sum != crc32.ChecksumIEEE(file) {
		t.Errorf("the binary names %q with the checksum %x, which is %x", got, sum, crc32.ChecksumIEEE(file))
	}
}

// mustTell wants the program's sources in the debug file, and the binary's build
// id where it has one.
func mustTell(t *testing.T, bin, debug *elf.File, packed bool) {
	t.Helper()
	const buildID = ".note.gnu.build-id"
	if id := bin.Section(buildID); id != nil {
		one, err := id.Data()
		check(t, err)
		other := debug.Section(buildID)
		if other == nil {
			t.Fatal("the debug file has no build id")
		}
		two, err := other.Data()
		check(t, err)
		if !bytes.Equal(one, two) {
			t.Errorf("the build ids are %x and %x", one, two)
		}
	}
	if info := debug.Section(".debug_info"); info == nil || info.Size == 0 {
		t.Error("the debug file has no .debug_info")
	}
	if packed {
		return // what it has are references into the other file
	}
	var units []string
	for r := readDWARF(t, debug).Reader(); ; r.SkipChildren() {
		entry, err := r.Next()
		check(t, err)
		if entry == nil {
			break
		}
		if name, ok := entry.Val(dwarf.AttrName).(string); ok {
			units = append(units, name)
		}
	}
	all := strings.Join(units, "\n")
	for _, want := range []string{"src/main.rs", "leaf"} {
		if !strings.Contains(all, want) {
			t.Errorf("the debug file knows nothing of %s, but of\n%s", want, all)
		}
	}
}

// readDWARF is elf.File.DWARF for a file without .debug_gdb_scripts: a debugger
// reads that in the binary itself.
func readDWARF(t *testing.T, f *elf.File) *dwarf.Data {
	t.Helper()
	section := func(name string) []byte {
		s := f.Section(".debug_" + name)
		if s == nil {
			return nil
		}
		data, err := s.Data()
		check(t, err)
		return data
	}
	out, err := dwarf.New(section("abbrev"), nil, nil, section("info"), section("line"), nil, section("ranges"), section("str"))
	check(t, err)
	for _, name := range []string{"addr", "line_str", "str_offsets", "rnglists"} {
		check(t, out.AddSection(".debug_"+name, section(name)))
	}
	return out
}

// Where no debug information is made or kept, the stage says so, before anything
// is compiled.
func TestNoDebugInfo(t *testing.T) {
	tests := []struct {
		reason, profile string
		args            map[string]string
		want            string
	}{
		{"the profile makes none", "lto = true", nil, "the profile release makes no debug information"},
		{"the setting keeps none", "debug = true", map[string]string{"debug-info": "false"}, "the setting debug-info is false"},
		{"it is in the target directory", "debug = true\nsplit-debuginfo = \"unpacked\"", nil, `split-debuginfo = "unpacked"`},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := newProject(t, traced, r.values, map[string]string{"profile": tt.profile})
				res := b.fail(t, build{dir: p.dir, args: tt.args, attrs: target("debug-info")})
				res.mustSay(tt.want)
				res.mustNotRun("deps", "source")
			})
		}
	})
}
