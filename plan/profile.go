package plan

import (
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
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

// checkProfile refuses a profile that is defined nowhere.
func checkProfile(ws *cargo.Workspace, s *Settings) error {
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
	return cargo.Errorf(s.Where("profile"), "there is no profile %q%s; there are: %s",
		s.Profile, didYouMean(s.Profile, known), strings.Join(known, ", "))
}

// profileDir is the directory of a profile below the target directory.
// https://doc.rust-lang.org/cargo/reference/build-cache.html
func profileDir(profile string) string {
	switch profile {
	case "dev", "test":
		return "debug"
	case "bench":
		return "release"
	}
	return profile
}

// saysStrip says whether a profile, or one that it inherits from, sets strip.
func saysStrip(ws *cargo.Workspace, profile string) bool {
	seen := map[string]bool{}
	for profile != "" && !seen[profile] {
		seen[profile] = true
		next := builtinProfiles()[profile]
		for _, table := range profileTables(ws, profile) {
			if _, ok := table["strip"]; ok {
				return true
			}
			if inherits, ok := table["inherits"].(string); ok {
				next = inherits
			}
		}
		profile = next
	}
	return false
}

// envName writes the part of a cargo environment variable that stands for a
// profile's or a triple's name.
// https://doc.rust-lang.org/cargo/reference/config.html#environment-variables
func envName(name string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
}
