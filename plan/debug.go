package plan

// Debug says how debug information is kept apart from the binaries: each of them
// has a file of its own, which a debugger finds by name and checksum.
// https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html
type Debug struct {
	// Strip is what the image's binaries lose: "symbols", "debuginfo", or "none"
	// for binaries that keep their debug information.
	Strip string `json:"strip"`
	// Files are the debug files, one for each binary.
	Files []string `json:"files"`
}
