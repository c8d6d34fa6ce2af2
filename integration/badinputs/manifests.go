package badinputs

import "strings"

const (
	root = "Cargo.toml"
	lock = "Cargo.lock"
)

// Cases lists the mistakes.
func Cases() []Case {
	var out []Case
	for _, group := range [][]Case{manifests(), workspaces(), locks(), choices(), ofSettings()} {
		out = append(out, group...)
	}
	return out
}

// manifests are mistakes in one manifest.
func manifests() []Case {
	return []Case{
		{Reason: "no Cargo.toml in the context", Change: drop(root), File: root, Say: []string{"Cargo.toml"}},
		{Reason: "TOML syntax error", Change: swap(root, `name = "app"`, `name = "app`), File: root, Line: `name = "app`, Say: []string{"not valid TOML"}},
		{Reason: "duplicate key", Change: swap(root, `edition = "2021"`, "edition = \"2021\"\nedition = \"2021\""), File: root, Line: "edition", Say: []string{"edition"}},
		{Reason: "not UTF-8", Change: swap(root, "A comment", "A comm\xe9nt"), File: root, Line: "A comm", Say: []string{"UTF-8"}},
		{Reason: "larger than any manifest", Change: add(root, strings.Repeat("# padding\n", 1<<20)), File: root, Say: []string{"MiB"}},
		{Reason: "neither package nor workspace", Change: put(root, "[dependencies]\n"), File: root, Line: "[dependencies]", Say: []string{"neither [package] nor [workspace]"}},
		{Reason: "package without a name", Change: swap(root, `name = "app"`, ""), File: root, Line: "[package]", Say: []string{"name"}},
		{Reason: "bad package name", Change: swap(root, `name = "app"`, `name = "my app"`), File: root, Line: `name = "my app"`, Say: []string{"' '"}},
		{Reason: "version that is none", Change: swap(root, `version = "0.1.0"`, `version = "0.1"`), File: root, Line: `version = "0.1"`, Say: []string{`"0.1" is not a version`}},
		{Reason: "name of the wrong type", Change: swap(root, `name = "app"`, `name = 7`), File: root, Line: "name = 7", Say: []string{"package.name must be a string, not an integer"}},
		{Reason: "unknown edition", Change: swap(root, `edition = "2021"`, `edition = "2099"`), File: root, Line: "2099", Say: []string{"2024"}},
		{Reason: "edition too new for the toolchain", Change: swap(root, `rust-version = "1.60"`, `rust-version = "9.9"`), File: root, Line: `rust-version = "9.9"`, Say: []string{"app needs Rust 9.9", "has 1."}},
		{Reason: "no target", Change: drop("src/main.rs"), File: root, Line: "[package]", Say: []string{"no targets"}},
		{Reason: "binary with a missing file", Change: add(root, "[[bin]]\nname = \"other\"\npath = \"src/elsewhere.rs\"\n"), File: root, Line: "elsewhere", Say: []string{"src/elsewhere.rs", "not in the build context"}},
		{Reason: "build script that is missing", Change: swap(root, "rust-version", "build = \"make.rs\"\nrust-version"), File: root, Line: "make.rs", Say: []string{"make.rs"}},
		{Reason: "dependency from nowhere", Change: swap(root, `log = "0.4"`, `log = {}`), File: root, Line: "log = {}", Say: []string{"no version, path, git"}},
		{Reason: "feature of no dependency", Change: swap(root, "fast = []", `fast = ["speed/max"]`), File: root, Line: "speed/max", Say: []string{`"speed" is no dependency`}},
		{Reason: "unknown default-run", Change: swap(root, "rust-version", "default-run = \"ap\"\nrust-version"), File: root, Line: "default-run", Say: []string{`names the binary "ap"`}},
		{Reason: "configuration that is not TOML", Change: put(".cargo/config.toml", "[build\n"), File: ".cargo/config.toml", Line: "[build", Say: []string{"not valid TOML"}},
		{Reason: "source replaced with an unknown one", Change: put(".cargo/config.toml", "[source.crates-io]\nreplace-with = \"mirror\"\n"), File: ".cargo/config.toml", Line: "replace-with", Say: []string{`"mirror"`}},
		{Reason: "toolchain file without a channel that exists", OwnToolchain: true, Change: put("rust-toolchain.toml", "[toolchain]\nchannel = \"newest\"\n"), File: "rust-toolchain.toml", Line: "newest", Say: []string{`"newest"`, "stable"}},
	}
}

// workspaces are mistakes between several manifests.
func workspaces() []Case {
	return []Case{
		{Reason: "missing member", Change: swap(root, `"helper", "tools/*"`, `"helper", "helpers"`), File: root, Line: "members", Say: []string{`"helpers"`, "helpers/Cargo.toml"}},
		{Reason: "pattern that matches nothing", Change: swap(root, `"tools/*"`, `"crates/*"`), File: root, Line: "members", Say: []string{`"crates/*" matches no directory`}},
		{Reason: "member outside the context", Change: swap(root, `"tools/*"`, `"../tools"`), File: root, Line: "members", Say: []string{"outside the build context"}},
		{Reason: "path dependency outside the context", Change: swap(root, `path = "helper"`, `path = "../helper"`), File: root, Line: "../helper", Say: []string{"outside the build context"}},
		{Reason: "path dependency without a manifest", Change: swap(root, `path = "helper"`, `path = "helfer"`), File: root, Line: "helfer", Say: []string{"helfer/Cargo.toml"}},
		{Reason: "path dependency of another name", Change: swap("helper/Cargo.toml", `name = "helper"`, `name = "assistant"`), File: root, Line: "helper", Say: []string{`named "assistant"`}},
		{Reason: "cyclic path dependencies", Change: add("helper/Cargo.toml", "[dependencies]\napp = { path = \"..\" }\n"), File: "helper/Cargo.toml", Line: "app =", Say: []string{"cyclic", "app", "helper"}},
		{Reason: "two members of one name", Change: swap("tools/one/Cargo.toml", `name = "one"`, `name = "helper"`), File: "tools/one/Cargo.toml", Line: `name = "helper"`, Say: []string{`two packages of the workspace are named "helper"`}},
		{Reason: "inherited key that the workspace lacks", Change: swap("helper/Cargo.toml", `edition = "2021"`, "edition.workspace = true"), File: "helper/Cargo.toml", Line: "edition.workspace", Say: []string{"edition"}},
		{Reason: "inherited dependency that the workspace lacks", Change: add("helper/Cargo.toml", "[dependencies]\nlog.workspace = true\n"), File: "helper/Cargo.toml", Line: "log.workspace", Say: []string{"log"}},
		{Reason: "member that is a workspace", Change: add("helper/Cargo.toml", "[workspace]\n"), File: "helper/Cargo.toml", Line: "[workspace]", Say: []string{"workspace root of its own"}},
		{Reason: "TOML syntax error in a member", Change: add("helper/Cargo.toml", "oops\n"), File: "helper/Cargo.toml", Line: "oops", Say: []string{"not valid TOML"}},
		{Reason: "patch outside the context", Change: add(root, "[patch.crates-io]\nlog = { path = \"../log\" }\n"), File: root, Line: "../log", Say: []string{"outside the build context"}},
	}
}

// locks are mistakes in or about Cargo.lock.
func locks() []Case {
	return []Case{
		{Reason: "no Cargo.lock", Change: drop(lock), File: root, Say: []string{"there is no Cargo.lock", "cargo generate-lockfile"}, Line: "[workspace]"},
		{Reason: "lock out of date: version", Change: swap(root, `version = "0.1.0"`, `version = "0.2.0"`), File: root, Line: `version = "0.2.0"`, Say: []string{"out of date", "0.2.0"}},
		{Reason: "lock out of date: new dependency", Change: swap(root, `log = "0.4"`, "log = \"0.4\"\nitoa = \"1\""), File: root, Line: "itoa", Say: []string{"out of date", "no itoa"}},
		{Reason: "lock out of date: requirement", Change: swap(root, `log = "0.4"`, `log = "0.5"`), File: root, Line: `log = "0.5"`, Say: []string{"out of date", `"0.5"`, "0.4.29"}},
		{Reason: "lock of another project", Change: swap(lock, `name = "one"`, `name = "two"`), File: "tools/one/Cargo.toml", Line: "name", Say: []string{"out of date", "one 0.1.0"}},
		{Reason: "lock that is not TOML", Change: put(lock, "version: 4\n"), File: lock, Line: "version: 4", Say: []string{"TOML"}},
		{Reason: "lock with a merge conflict", Change: swap(lock, "[[package]]\nname = \"log\"", "<<<<<<< HEAD\n[[package]]\nname = \"log\""), File: lock, Line: "<<<<<<<", Say: []string{"merge conflict", "cargo update --workspace"}},
		{Reason: "lock of a newer format", Change: swap(lock, "version = 4", "version = 9"), File: lock, Line: "version = 9", Say: []string{"format 9"}},
		{Reason: "checksum that is none", Change: swap(lock, "5e5032e2", "xyz"), File: lock, Line: "checksum", Say: []string{"log 0.4.29", "SHA-256"}},
		{Reason: "no checksum", Change: func(p Project) {
			before, after, _ := strings.Cut(p[lock], "checksum = ")
			_, after, _ = strings.Cut(after, "\n")
			p[lock] = before + after
		}, File: lock, Line: "[[package]]", Say: []string{"log 0.4.29 has no checksum"}},
		{Reason: "package twice in the lock", Change: add(lock, "\n[[package]]\nname = \"one\"\nversion = \"0.1.0\"\n"), File: lock, Line: "[[package]]", Say: []string{"one 0.1.0", "twice"}},
		{Reason: "dependency on what is not locked", Change: swap(lock, ` "log",`, ` "logs",`), File: lock, Line: "logs", Say: []string{`"logs"`}},
	}
}
