package planner

import "github.com/org/rust-frontend/answers"

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
func (l *layering) weigh(sizes answers.Sizes) {
	dirs := map[string]bool{}
	for _, dir := range l.dirs {
		dirs[dir] = true
	}
	of := sizes.PerPackage(dirs)
	for i := range l.nodes {
		n := &l.nodes[i]
		n.weight = max(n.units, 1) * compileTime(of[l.dirs[n.locked]], len(n.needs))
	}
}
