package settings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// builtinProfiles maps cargo's own profiles to what they inherit from.
// https://doc.rust-lang.org/cargo/reference/profiles.html#default-profiles
func builtinProfiles() map[string]string {
	return map[string]string{"dev": "", "release": "", "test": "dev", "bench": "release"}
}

// profileTables gives the tables of a profile: the configuration's before the
// manifest's, since it wins.
func profileTables(ws *cargo.Workspace, name string) []map[string]any {
	var docs []map[string]any
	if ws.Config != nil {
		docs = append(docs, ws.Config.Doc)
	}
	docs = append(docs, ws.Root.Doc)
	var out []map[string]any
	for _, doc := range docs {
		profiles, _ := doc["profile"].(map[string]any)
		if table, ok := profiles[name].(map[string]any); ok {
			out = append(out, table)
		}
	}
	return out
}

// CheckProfile refuses a profile that is defined nowhere.
func CheckProfile(ws *cargo.Workspace, s *Settings) error {
	known := []string{}
	for name := range builtinProfiles() {
		known = append(known, name)
	}
	docs := []map[string]any{ws.Root.Doc}
	if ws.Config != nil {
		docs = append(docs, ws.Config.Doc)
	}
	for _, doc := range docs {
		profiles, _ := doc["profile"].(map[string]any)
		for name := range profiles {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if slices.Contains(known, s.Profile) {
		return nil
	}
	return document.Errorf(s.Where("profile"), "there is no profile %q%s; there are: %s",
		s.Profile, DidYouMean(s.Profile, known), strings.Join(known, ", "))
}

// ProfileDir is the directory of a profile below the target directory.
// https://doc.rust-lang.org/cargo/reference/build-cache.html
func ProfileDir(profile string) string {
	switch profile {
	case "dev", "test":
		return "debug"
	case "bench":
		return "release"
	}
	return profile
}

// SaysStrip says whether a profile, or one that it inherits from, sets strip.
func SaysStrip(ws *cargo.Workspace, profile string) bool {
	value, _ := ProfileKey(ws, profile, "strip")
	return value != nil
}

// ProfileKey gives the value of a profile's key and where it is set, in the
// profile itself or in one that it inherits from, the configuration before the
// manifest; nil when no file says anything. Environment variables are not
// looked at.
// https://doc.rust-lang.org/cargo/reference/profiles.html#custom-profiles
func ProfileKey(ws *cargo.Workspace, profile, key string) (any, document.Position) {
	for _, name := range profileChain(ws, profile) {
		for _, table := range profileTables(ws, name) {
			if value, ok := table[key]; ok {
				return value, profilePosition(ws, name, key)
			}
		}
	}
	return nil, document.Position{}
}

// ProfileRoot gives the built-in profile, dev or release, that a profile comes
// from in the end: its defaults.
func ProfileRoot(ws *cargo.Workspace, profile string) string {
	chain := profileChain(ws, cmp.Or(profile, "release"))
	return chain[len(chain)-1]
}

// profileChain lists a profile and those that it inherits from, nearest first.
func profileChain(ws *cargo.Workspace, profile string) []string {
	var out []string
	for profile != "" && !slices.Contains(out, profile) {
		out = append(out, profile)
		next := builtinProfiles()[profile]
		for _, table := range profileTables(ws, profile) {
			if inherits, ok := table["inherits"].(string); ok {
				next = inherits
			}
		}
		profile = next
	}
	return out
}

// profilePosition is where a key of a profile is set.
func profilePosition(ws *cargo.Workspace, profile, key string) document.Position {
	if ws.Config != nil {
		profiles, _ := ws.Config.Doc["profile"].(map[string]any)
		table, _ := profiles[profile].(map[string]any)
		if _, ok := table[key]; ok {
			return ws.Config.At("profile", profile, key)
		}
	}
	return ws.Root.At("profile", profile, key)
}

// EnvName writes the part of a cargo environment variable that stands for a
// profile's or a triple's name.
// https://doc.rust-lang.org/cargo/reference/config.html#environment-variables
func EnvName(name string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
}
