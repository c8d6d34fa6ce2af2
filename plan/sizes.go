package plan

import (
	"bytes"
	"path"
	"strconv"
	"strings"
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
		n, err := strconv.ParseInt(bytes, 10, 64)
		dir, below := strings.CutPrefix(dir, VendorDir+"/")
		if err == nil && below && n > 0 {
			out[path.Clean(dir)] = n
		}
	}
	return out
}

// perPackage adds up what belongs to each of some directories of packages, which
// may lie in one another: code is that of the nearest one. The code of tests,
// benchmarks and examples is not counted, since nobody compiles it here.
func (s Sizes) perPackage(dirs map[string]bool) map[string]int64 {
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

// compileTime guesses what one rustc call takes over so much code that needs so many
// other packages, in tenths of a second of a processor: about the mean of the 346
// packages below fd-find 10.5.0 and miniserve 0.35.0 that are of the same class, in a
// release build. The classes are few, so that a package's next version is in the same
// one. Those that put many others to use, whose generic code is compiled in them, take
// about three times as long. The largest have no end: very large packages are mostly
// code for other platforms.
func compileTime(size int64, needs int) int {
	tenths := 20
	switch {
	case size < 32<<10:
		tenths = 1
	case size < 128<<10:
		tenths = 3
	case size < 512<<10:
		tenths = 6
	}
	if needs >= 6 {
		tenths *= 3
	}
	return tenths
}

// weigh guesses what each package of the build takes to compile.
func (l *layering) weigh(sizes Sizes) {
	dirs := map[string]bool{}
	for _, dir := range l.dirs {
		dirs[dir] = true
	}
	of := sizes.perPackage(dirs)
	for i := range l.nodes {
		n := &l.nodes[i]
		n.weight = max(n.units, 1) * compileTime(of[l.dirs[n.locked]], len(n.needs))
	}
}
