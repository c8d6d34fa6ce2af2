package cargo

// Config is the project's Cargo configuration: .cargo/config.toml (or
// .cargo/config) at the workspace root and in the directories above it within
// the context, the nearest winning.
// https://doc.rust-lang.org/cargo/reference/config.html
type Config struct {
	// Files that were read, nearest first; a file stands before those that it
	// includes.
	Files []string
	// Doc is the merged document.
	Doc map[string]any
	// BuildTargets is build.target: none, one or several triples.
	BuildTargets []string
	// Registries by name, from [registries].
	Registries map[string]Registry
	// Sources by name, from [source].
	Sources map[string]SourceConfig
	// lines has the place of each key in the file that it is taken from.
	lines map[string]Position
}

// Registry is one table of [registries].
type Registry struct {
	Name     string
	Index    string // as written: sparse+URL or the URL of a git index
	Position Position
}

// SourceConfig is one table of [source].
// https://doc.rust-lang.org/cargo/reference/source-replacement.html
type SourceConfig struct {
	Name          string
	ReplaceWith   string
	Registry      string
	LocalRegistry string
	// Directory is a path in the context, resolved from the configuration
	// file's place.
	Directory        string
	Git              string
	Branch, Tag, Rev string
	Position         Position
}

// At gives the place of a key ("source", "crates-io"), or of the nearest table
// above it, or of the nearest configuration file.
func (c *Config) At(key ...string) Position {
	m := &Manifest{lines: c.lines}
	if len(c.Files) > 0 {
		m.File = c.Files[0]
	}
	return m.At(key...)
}
