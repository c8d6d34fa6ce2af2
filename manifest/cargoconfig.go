package manifest

import (
	"maps"
	"path"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// vendoredSource is the name under which the configuration knows VendorDir,
// the one that `cargo vendor` prints.
const vendoredSource = "vendored-sources"

// configFile is where the configuration is written: in the place of the project's own, which
// is the nearest one, or, where it has none, in CARGO_HOME. A build script could find another
// one in the project.
// https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure
func (c *Closure) configFile() string {
	if c.Workspace.Config == nil || len(c.Workspace.Config.Files) == 0 {
		return plan.HomeDir + "/config.toml"
	}
	return c.Workspace.Config.Files[0]
}

// Config writes cargo's configuration, the same for both steps: of the project's
// configuration what reaches rustc, and source replacement for the
// closure's external packages. What is left out concerns the network, the
// terminal, credentials and the user's machine.
// https://doc.rust-lang.org/cargo/reference/config.html
func (c *Closure) Config(f *Fetched, locked []int) map[string]any {
	out := map[string]any{
		"net":    map[string]any{"offline": true},
		"source": c.sources(f, locked),
	}
	if c.Workspace.Config == nil {
		return out
	}
	doc := c.Workspace.Config.Doc
	for _, key := range []string{"profile", "unstable"} {
		if value, ok := doc[key]; ok {
			out[key] = value
		}
	}
	if env := c.env(); len(env) > 0 {
		out["env"] = env
	}
	keys := []string{"rustflags"}
	if !c.Goal.Traits().Image {
		keys = append(keys, "rustdocflags")
	}
	build, _ := doc["build"].(map[string]any)
	flags := map[string]any{}
	for _, key := range keys {
		if value, ok := build[key]; ok {
			flags[key] = value
		}
	}
	if len(flags) > 0 {
		out["build"] = flags
	}
	if targets := targetTables(doc, c.Goal.Traits().RunsTests); len(targets) > 0 {
		out["target"] = targets
	}
	if registries := registryIndexes(doc); len(registries) > 0 {
		out["registries"] = registries
	}
	return out
}

// env gives [env]. A relative value is one of the directory above that of the file which
// says it, and a step's configuration may be elsewhere.
// https://doc.rust-lang.org/cargo/reference/config.html#env
func (c *Closure) env() map[string]any {
	in, _ := c.Workspace.Config.Doc["env"].(map[string]any)
	out := maps.Clone(in)
	for name, value := range in {
		table, _ := value.(map[string]any)
		text, isText := table["value"].(string)
		dir := path.Dir(path.Dir(c.Workspace.Config.At("env", name).File))
		if table["relative"] != true || !isText || path.IsAbs(text) {
			continue
		}
		table = maps.Clone(table)
		table["value"] = path.Join(plan.SourceDir, dir, text)
		out[name] = table
	}
	return out
}

// targetTables keeps [target.*], with the runner, which starts programs, where
// some are started.
func targetTables(doc map[string]any, runner bool) map[string]any {
	in, _ := doc["target"].(map[string]any)
	out := map[string]any{}
	for triple, value := range in {
		if table, ok := value.(map[string]any); ok {
			table = maps.Clone(table)
			if !runner {
				delete(table, "runner")
			}
			value = table
		}
		out[triple] = value
	}
	return out
}

// registryIndexes keeps the index of each registry and drops its token.
func registryIndexes(doc map[string]any) map[string]any {
	in, _ := doc["registries"].(map[string]any)
	out := map[string]any{}
	for name, value := range in {
		table, _ := value.(map[string]any)
		if index, ok := table["index"]; ok {
			out[name] = map[string]any{"index": index}
		}
	}
	return out
}

// sources writes [source]: each source of the packages is replaced by a
// directory.
// https://doc.rust-lang.org/cargo/reference/source-replacement.html
func (c *Closure) sources(f *Fetched, locked []int) map[string]any {
	out := map[string]any{
		"crates-io":    map[string]any{"replace-with": vendoredSource},
		vendoredSource: map[string]any{"directory": plan.VendorDir},
	}
	for _, i := range locked {
		src := c.Workspace.Lock.Packages[i].Source
		if src.Kind == cargo.PathSource || src.IsCratesIO() {
			continue
		}
		entry := map[string]any{"replace-with": vendoredSource}
		switch src.Kind {
		case cargo.GitSource:
			entry["git"] = src.URL
			for key, value := range map[string]string{"branch": src.Branch, "tag": src.Tag, "rev": src.Rev} {
				if value != "" {
					entry[key] = value
				}
			}
			if dir := f.Apart[Repository(src)]; dir != "" {
				entry["replace-with"] = dir
				out[dir] = map[string]any{"directory": plan.VendorDir + "/" + dir}
			}
		case cargo.SparseSource:
			entry["registry"] = "sparse+" + src.URL
		default:
			entry["registry"] = src.URL
		}
		out[src.Name()] = entry
	}
	return out
}
