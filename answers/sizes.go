package answers

import (
	"bytes"
	"path"
	"strconv"
	"strings"

	"github.com/org/rust-frontend/plan"
)

// Sizes says how much Rust code lies in the directories below VendorDir, in
// bytes, without that of directories below them. It serves to guess what
// compiling a package costs: a wrong size costs time and no more.
type Sizes map[string]int64

// ParseSizes reads lines of a number of bytes and a path. It leaves out what it
// does not understand.
func ParseSizes(data []byte) Sizes {
	out := Sizes{}
	for line := range bytes.Lines(data) {
		bytes, dir, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		dir, below := strings.CutPrefix(dir, plan.VendorDir+"/")
		if n, err := strconv.ParseInt(bytes, 10, 64); err == nil && below && n > 0 {
			out[path.Clean(dir)] = n
		}
	}
	return out
}

// PerPackage adds up what belongs to each of some directories of packages, which
// may lie in one another: code is that of the nearest one. The code of tests,
// benchmarks and examples is not counted, since nobody compiles it here.
func (s Sizes) PerPackage(dirs map[string]bool) map[string]int64 {
	out := map[string]int64{}
	for dir, n := range s {
		at, below := dir, ""
		for !dirs[at] && at != "." {
			at, below = path.Dir(at), path.Join(path.Base(at), below)
		}
		switch first, _, _ := strings.Cut(below, "/"); first {
		case "tests", "benches", "examples":
		default:
			out[at] += n
		}
	}
	return out
}
