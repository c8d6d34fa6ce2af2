package oracle

import (
	"fmt"
	"maps"
	"slices"
)

func editResolver(w *Workspace, _ *crate) string {
	w.resolver = pick(w, []string{"1", "2", "3"})
	return "the resolver is " + w.resolver
}

func editInherits(w *Workspace, _ *crate) string {
	w.inherits = !w.inherits
	return "whether crates are inherited"
}

// editProfile changes a setting for all, for one package, for those of the registry or for
// what runs while compiling.
func editProfile(w *Workspace, c *crate) string {
	section := pick(w, []string{"", "", ".package." + c.name, `.package."*"`, ".package." + w.external[2].name, ".build-override"})
	key := pick(w, []string{"opt-level", "debug-assertions", "overflow-checks"})
	value := pick(w, []string{"true", "false"})
	if key == "opt-level" {
		value = pick(w, []string{"0", "1"})
	}
	settings := maps.Clone(w.profiles[section])
	if settings == nil {
		settings = map[string]string{}
	}
	settings[key] = value
	w.profiles[section] = settings
	return fmt.Sprintf("%s of the profile%s is %s", key, section, value)
}

func editConfig(w *Workspace, _ *crate) string {
	if w.env = w.word(); w.chance(3) {
		w.env = ""
	}
	return "[env] of the configuration"
}

func editFlags(w *Workspace, _ *crate) string {
	w.flags = !w.flags
	return "rustflags"
}

// editAsked changes the features that the build is asked for.
func editAsked(w *Workspace, _ *crate) string {
	app := w.app()
	if len(app.features) == 0 {
		app.features = []string{"f0"}
	}
	if w.asked = nil; w.chance(2) {
		w.asked = []string{pick(w, app.features)}
	}
	return fmt.Sprintf("the features %q are asked for", w.asked)
}

func editPatch(w *Workspace, _ *crate) string {
	if w.patch != nil {
		w.patch = nil
		return "without the patch"
	}
	w.patch = w.newPatch()
	return fmt.Sprintf("%s is patched with %s %s", w.patch.to.name, w.patch.dir, w.patch.version)
}

func editPatched(w *Workspace, _ *crate) string {
	if w.patch == nil {
		return ""
	}
	w.patch.text = w.word()
	return "the source of the patch"
}

// editPin has the lock file name another version of a crate.
func editPin(w *Workspace, _ *crate) string {
	c := pick(w, w.external[:2])
	ones := slices.DeleteFunc(slices.Clone(c.versions), func(v string) bool { return v[0] != '1' })
	w.pins[c.name] = pick(w, ones)
	return fmt.Sprintf("the lock file has %s %s", c.name, w.pins[c.name])
}

// keepLock changes a manifest and not the lock file.
func keepLock(w *Workspace, c *crate) string {
	said := pick(w, []edit{editVersion, addExternal, removeDependency, requireOther, editPatch, editFeature})(w, c)
	if said == "" || w.chance(2) {
		return said
	}
	w.old = true
	return said + ", with the old lock file"
}
