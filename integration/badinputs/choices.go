package badinputs

// choices are mistakes in what to build.
func choices() []Case {
	meta := func(old, now string) func(Project) { return swap(root, old, now) }
	return []Case{
		{Reason: "several binaries and no choice", Change: all(meta(`bins = ["app"]`, ""), put("src/bin/second.rs", "fn main() {}\n")),
			File: root, Line: "[workspace]", Say: []string{"app (app)", "second (app)", "--target NAME", "default-run"}},
		{Reason: "unknown binary in the settings", Change: meta(`bins = ["app"]`, `bins = ["appp"]`), File: root, Line: "bins", Say: []string{`no binary "appp"`, `did you mean "app"?`}},
		{Reason: "unknown --target", Target: "onee", File: root, Line: "[workspace]", Say: []string{"--target onee", `did you mean "one"?`, "app (app)"}},
		{Reason: "--target is a library", Target: "helper", File: "helper/Cargo.toml", Line: "[package]", Say: []string{"helper has no binary"}},
		{Reason: "unknown package", Args: map[string]string{"package": "helpr"}, Say: []string{`no package "helpr"`, `did you mean "helper"?`}},
		{Reason: "unknown feature", Change: meta(`features = ["fast"]`, `features = ["fastt"]`), File: root, Line: "features", Say: []string{`no feature "fastt"`, `did you mean "fast"?`}},
		{Reason: "unknown feature as an argument", Args: map[string]string{"features": "slow"}, Say: []string{`no feature "slow"`}},
		{Reason: "binary whose features are off", Change: all(meta(`features = ["fast"]`, ""), add(root, "[[bin]]\nname = \"app\"\npath = \"src/main.rs\"\nrequired-features = [\"fast\"]\n")),
			File: root, Line: "[[bin]]", Say: []string{"app (app)", `features = ["fast"]`}},
		{Reason: "unknown profile", Args: map[string]string{"profile": "smal"}, Say: []string{`no profile "smal"`, `did you mean "small"?`}},
		{Reason: "debug is no profile", Change: setting(`profile = "debug"`), File: root, Line: "profile", Say: []string{`called "dev"`}},
		{Reason: "glibc on scratch", Change: setting(`triple = "x86_64-unknown-linux-gnu"`), File: root, Line: "triple", Say: []string{"image.base", "musl"}},
		{Reason: "glibc on scratch by the configuration", Change: put(".cargo/config.toml", "[build]\ntarget = \"x86_64-unknown-linux-gnu\"\n"), File: ".cargo/config.toml", Line: "target", Say: []string{"image.base", "musl"}},
		{Reason: "triple that is not Linux", Change: setting(`triple = "x86_64-pc-windows-gnu"`), File: root, Line: "triple", Say: []string{"not one of Linux"}},
		{Reason: "variable that is fixed", Change: setting(`env = { CARGO_HOME = "/x" }`), File: root, Line: "CARGO_HOME", Say: []string{"CARGO_HOME is fixed"}},
	}
}

// ofSettings are mistakes in the settings themselves.
func ofSettings() []Case {
	image := func(text string) func(Project) {
		return setting("[package.metadata.rust-frontend.image]\n" + text)
	}
	return []Case{
		{Reason: "unknown setting", Change: setting(`feature = ["fast"]`), File: root, Line: "feature =", Say: []string{`unknown setting "feature"`, `did you mean "features"?`}},
		{Reason: "table of settings with underscores", Change: add(root, "[workspace.metadata.rust_frontend]\nprofile = \"small\"\n"), File: root, Line: "rust_frontend", Say: []string{"[workspace.metadata.rust_frontend] is not read", "rust-frontend"}},
		{Reason: "variable of cargo's for members", Change: setting(`member-env = { CARGO_INCREMENTAL = "1" }`), File: root, Line: "member-env", Say: []string{"CARGO_INCREMENTAL", "`env`"}},
		{Reason: "unknown image setting", Change: image(`entry-point = "x"`), File: root, Line: "entry-point", Say: []string{`unknown setting "image.entry-point"`, `did you mean "image.entrypoint"?`}},
		{Reason: "setting of the wrong type", Change: setting(`profile = 3`), File: root, Line: "profile", Say: []string{"profile must be a string, not an integer"}},
		{Reason: "list that is a string", Change: image(`cmd = "serve"`), File: root, Line: "cmd", Say: []string{"must be a list of strings"}},
		{Reason: "misspelt build argument", Args: map[string]string{"feature": "fast"}, Say: []string{`unknown build argument "feature"`, `did you mean "features"?`}},
		{Reason: "build argument of the wrong type", Args: map[string]string{"all-features": "maybe"}, Say: []string{"all-features must be true or false"}},
		{Reason: "lint rule that is none", Change: setting(`lint.skip = ["NativeCpu"]`), File: root, Line: "lint.skip", Say: []string{`no rule "NativeCpu"`, `did you mean "NativeCPU"?`}},
		{Reason: "workdir that is relative", Change: image(`workdir = "data"`), File: root, Line: "workdir", Say: []string{"absolute path"}},
		{Reason: "port that is none", Change: image(`expose = [808080]`), File: root, Line: "expose", Say: []string{"between 1 and 65535"}},
		{Reason: "signal that is none", Change: image(`stop-signal = "SIGSTOPP"`), File: root, Line: "stop-signal", Say: []string{"signal"}},
		{Reason: "user by name on scratch", Change: image(`user = "alice"`), File: root, Line: "user", Say: []string{`"alice"`, "number"}},
		{Reason: "health check in a shell on scratch", Change: image(`healthcheck = { cmd = "true" }`), File: root, Line: "healthcheck", Say: []string{"no shell"}},
		{Reason: "duration that is none", Change: image(`healthcheck = { cmd = ["/x"], interval = "soon" }`), File: root, Line: "interval", Say: []string{"duration", `"soon"`}},
		{Reason: "file without a destination", Change: image(`files = [{ from = "a" }]`), File: root, Line: "files", Say: []string{"`to`"}},
		{Reason: "mode that is decimal", Change: image(`files = [{ from = "a", to = "/a", mode = 755 }]`), File: root, Line: "mode", Say: []string{"octal"}},
		{Reason: "unknown setting in a settings file", Change: put("rust-frontend.toml", "# settings\nprofil = \"small\"\n"), Entry: "rust-frontend.toml",
			File: "rust-frontend.toml", Line: "profil", Say: []string{`did you mean "profile"?`}},
		{Reason: "settings file that is not TOML", Change: put("rust-frontend.toml", "profile: small\n"), Entry: "rust-frontend.toml",
			File: "rust-frontend.toml", Line: "profile: small", Say: []string{"not valid TOML"}},
	}
}
