package plan

import (
	"fmt"
	"path"
	"strings"
)

// handOut leaves in OutDir what the last step is for, dated 1970.
func (cmd *command) handOut() string {
	switch cmd.c.goal {
	case Build:
		return cmd.handOutBinaries()
	case Doc:
		return cmd.handOutDoc()
	}
	return ""
}

// handOutBinaries looks first whether a binary is a stub. The binaries stand
// where they stand in the image and are dated like its files: then both make the
// same blob, which a cache holds once.
func (cmd *command) handOutBinaries() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mkdir -p %s\n", OutDir+BinDir)
	for _, bin := range cmd.c.sel.Bins {
		file := quote(path.Join(TargetDir, cmd.outputs(), bin.Target.Name))
		fmt.Fprintf(&b, "if grep -qF %s %s; then echo %s >&2; exit 1; fi\n", quote(StubMarker), file,
			quote("the binary "+bin.Target.Name+" is a stub of the dependencies step: please report this as a bug of rust-frontend"))
		b.WriteString(cmd.handOutBinary(bin.Target.Name))
		fmt.Fprintf(&b, "echo %s \"$(wc -c <%s)\" bytes\n", quote(bin.Target.Name+":"), quote(path.Join(OutDir+BinDir, bin.Target.Name)))
	}
	fmt.Fprintf(&b, "chmod 0755 %s%s/*\nfind %s/* -exec touch -d @0 {} +\n", OutDir, BinDir, OutDir)
	if cmd.debug != nil {
		fmt.Fprintf(&b, "find %s/* -exec touch -d @0 {} +\n", DebugDir)
	}
	return b.String()
}

// handOutDoc copies the documentation. That of procedural macros, which are
// compiled for the host, is in a directory of its own; files that are in both
// are rustdoc's, and the same, or lists, and those of the target count.
// https://doc.rust-lang.org/cargo/reference/build-cache.html
func (cmd *command) handOutDoc() string {
	return fmt.Sprintf(`for d in %[1]s/doc %[1]s/%[2]s/doc; do
  if [ -d "$d" ]; then cp -R "$d/." %[3]s/; fi
done
rm -f %[3]s/.lock
find %[3]s ! -type l -exec touch -d @0 {} +
`, TargetDir, quote(cmd.triple), OutDir)
}
