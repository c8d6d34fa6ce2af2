package settings

import (
	"slices"
	"strconv"
)

// KeyDoc describes one setting for people.
type KeyDoc struct {
	Name    string // dotted, as in a build argument: "image.user"
	Type    string // "string", "list of strings", ...
	Default string // in words, "" for nothing
	Doc     string // one sentence
}

// Keys lists all settings in the order in which documents show them.
func Keys() []KeyDoc {
	var out []KeyDoc
	for _, k := range settingKeys() {
		out = append(out, KeyDoc{Name: k.name, Type: k.field(&Settings{}).kind(), Default: k.def, Doc: k.doc})
	}
	return out
}

// key is one setting. Files, build arguments, the syntax line and documents
// are all read and written from this one description.
type key struct {
	name string
	doc  string
	def  string
	// field is where the value goes, which decides what is accepted.
	field func(*Settings) field
	// check is given a string, each string of a list, or each name of a table.
	// It returns the value as it is kept, and what is wrong with it, or "".
	check func(string) (string, string)
}

// Layers is a number of steps, 1 or more, or [EachCrate].
type Layers int

const (
	// EachCrate makes a step of each package, written "crate".
	EachCrate Layers = -1
	// DefaultLayers is the number of steps when nobody says another.
	DefaultLayers = 128
)

func settingKeys() []key { return slices.Concat(buildKeys(), lintKeys(), imageKeys()) }

// buildKeys are the keys at the top: what is compiled, and how.
func buildKeys() []key {
	return []key{
		{"package", "The workspace member to build.", "the member with the only binary; cargo's own choice for the stages test, check, clippy and doc", func(s *Settings) field { return text{&s.Package} }, checkName},
		{"bins", "The binaries to build; the first one is the entrypoint.", "the only binary, or `default-run`", func(s *Settings) field { return list{&s.Bins} }, checkName},
		{"profile", "The Cargo profile.", "release; cargo's own for the stages test, check, clippy and doc", func(s *Settings) field { return text{&s.Profile} }, checkName},
		{"features", "Features to enable, as `--features` takes them.", "", func(s *Settings) field { return list{&s.Features} }, checkName},
		{"default-features", "Whether the default feature is enabled.", "true", func(s *Settings) field { return boolean{&s.DefaultFeatures} }, nil},
		{"all-features", "Whether all features are enabled.", "false", func(s *Settings) field { return boolean{&s.AllFeatures} }, nil},
		{"triple", "The target triple to compile for.", "the platform's static musl triple", func(s *Settings) field { return text{&s.Triple} }, checkTriple},
		{"toolchain", "The image that compiles, or the name of a build context.", "the official Rust image, version from rust-toolchain or rust-version", func(s *Settings) field { return text{&s.Toolchain} }, checkReference},
		{"env", "Environment variables of the compiling steps.", "", func(s *Settings) field { return table{&s.Env} }, checkEnvName},
		{"member-env", "Environment variables of the steps that compile the project's own packages, such as the commit: crates do not see them, and a change compiles none of them again.", "", func(s *Settings) field { return table{&s.MemberEnv} }, checkMemberEnv},
		{"inputs", "Further files that the build reads: patterns from the root of the build context. What a member names in its own table is for that member, whatever is built.", "", func(s *Settings) field { return list{&s.Inputs} }, checkInput},
		{"strip", "What is stripped from the binaries: none, debuginfo or symbols.", "symbols, unless the profile sets strip", func(s *Settings) field { return text{&s.Strip} }, checkStrip},
		{"debug-info", "Whether debug information is kept in files apart from the binaries, for --target debug-info. True makes full debug information where the profile makes none, false keeps none.", "true where the profile makes debug information", func(s *Settings) field { return optionalBoolean{&s.DebugInfo} }, nil},
		{"auditable", "Whether each binary holds the list of the packages that are compiled into it, as cargo auditable writes it.", "false", func(s *Settings) field { return boolean{&s.Auditable} }, nil},
		{"layers", "How many steps compile the dependencies, at most: 1 compiles all of them together, crate makes a step of each. With more than 1, members that others need have steps too, for an image.", strconv.Itoa(DefaultLayers) + ", fewer above 500 packages", func(s *Settings) field { return layers{&s.Layers} }, nil},
		{"test-args", "Arguments of the test programs, for --target test: what `cargo test` takes after `--`.", "", func(s *Settings) field { return list{&s.TestArgs} }, checkText},
		{"clippy-args", "Arguments of clippy, for --target clippy: what `cargo clippy` takes after `--`.", "", func(s *Settings) field { return list{&s.ClippyArgs} }, checkText},
	}
}

// lintKeys are the keys of the table lint: what is warned of.
func lintKeys() []key {
	return []key{
		{"lint.skip", "Lint rules that are not checked, or all; docs/rules lists them.", "", func(s *Settings) field { return list{&s.Lint.Skip} }, checkName},
		{"lint.experimental", "Experimental lint rules that are checked, or all.", "", func(s *Settings) field { return list{&s.Lint.Experimental} }, checkName},
		{"lint.error", "Whether a finding stops the build.", "false", func(s *Settings) field { return boolean{&s.Lint.Error} }, nil},
	}
}

// imageKeys are the keys of the table image: what the image holds and says.
func imageKeys() []key {
	health := func(s *Settings) *Healthcheck {
		if s.Image.Healthcheck == nil {
			s.Image.Healthcheck = &Healthcheck{}
		}
		return s.Image.Healthcheck
	}
	return []key{
		{"image.base", "The image that the binaries are put on, or scratch.", "scratch", func(s *Settings) field { return text{&s.Image.Base} }, checkBase},
		{"image.user", "The user, or user:group, that the program runs as.", "65532:65532 on scratch, else the base's", func(s *Settings) field { return optionalText{&s.Image.User} }, checkUser},
		{"image.entrypoint", "The command line that the image starts.", "the first binary", func(s *Settings) field { return list{&s.Image.Entrypoint} }, checkText},
		{"image.cmd", "Arguments that `docker run` replaces.", "", func(s *Settings) field { return list{&s.Image.Cmd} }, checkText},
		{"image.env", "Environment variables of the program.", "PATH on scratch", func(s *Settings) field { return table{&s.Image.Env} }, checkEnvName},
		{"image.workdir", "The working directory.", "/", func(s *Settings) field { return text{&s.Image.Workdir} }, checkAbsolute},
		{"image.expose", "Ports that the program listens on: 8080, \"53/udp\" or \"9000-9005/tcp\".", "", func(s *Settings) field { return ports{&s.Image.Expose} }, nil},
		{"image.volumes", "Directories that are volumes.", "", func(s *Settings) field { return list{&s.Image.Volumes} }, checkVolume},
		{"image.labels", "Labels, beside those made from the manifest.", "org.opencontainers.image.* from the manifest", func(s *Settings) field { return table{&s.Image.Labels} }, checkLabel},
		{"image.stop-signal", "The signal that stops the program.", "SIGTERM on scratch, else the base's", func(s *Settings) field { return text{&s.Image.StopSignal} }, checkSignal},
		{"image.healthcheck.cmd", "The health check: a list is run as it is, a string by the base's shell; an empty list switches the base's check off.", "", func(s *Settings) field { return command{&health(s).Cmd} }, checkText},
		{"image.healthcheck.interval", "Time between two checks.", "Docker's, 30s", func(s *Settings) field { return duration{&health(s).Interval} }, nil},
		{"image.healthcheck.timeout", "Time after which a check has failed.", "Docker's, 30s", func(s *Settings) field { return duration{&health(s).Timeout} }, nil},
		{"image.healthcheck.start-period", "Time at the start in which failures do not count.", "Docker's, 0s", func(s *Settings) field { return duration{&health(s).StartPeriod} }, nil},
		{"image.healthcheck.start-interval", "Time between two checks in the start period.", "Docker's, 5s", func(s *Settings) field { return duration{&health(s).StartInterval} }, nil},
		{"image.healthcheck.retries", "Failures in a row that make the container unhealthy.", "Docker's, 3", func(s *Settings) field { return count{&health(s).Retries} }, nil},
		{"image.files", "Files and folders of the build context to copy: tables of from, to, owner (\"uid:gid\") and mode (\"0755\", of folders too).", "", func(s *Settings) field { return files{&s.Image.Files} }, nil},
		{"image.ca-certificates", "Whether the toolchain's CA certificates are copied. Where it has none, true is an error and the default a warning.", "true on scratch, else false", func(s *Settings) field { return optionalBoolean{&s.Image.CACertificates} }, nil},
		{"image.tzdata", "Whether the toolchain's time zones are copied. Where it has none, as in the official Alpine images, true is an error.", "false", func(s *Settings) field { return boolean{&s.Image.TZData} }, nil},
	}
}

// findKey gives the key of a dotted name, or nil.
func findKey(keys []key, name string) *key {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}
