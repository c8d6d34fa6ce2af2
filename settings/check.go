package settings

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/org/rust-frontend/cargo/document"
)

// check looks at what depends on several settings or on the project.
func (l *loader) check() error {
	s := l.settings
	if s.Profile == "debug" {
		return document.Errorf(s.Where("profile"), `there is no profile "debug"; the one that writes target/debug is called "dev"`)
	}
	if err := CheckProfile(l.ws, s); err != nil {
		return err
	}
	slices.Sort(s.Image.Volumes)
	s.Image.Volumes = slices.Compact(s.Image.Volumes)
	if s.Image.Base != "" {
		return nil
	}
	return s.checkScratch()
}

// checkScratch refuses what an image without a base cannot do.
func (s *Settings) checkScratch() error {
	const key = "image.user"
	if user := s.Image.User; user != nil {
		if name := unknownName(*user); name != "" {
			return document.Errorf(s.Where(key), "%s: an image from scratch knows the users root and nonroot, not %q; give a number, or set image.base", key, name)
		}
	}
	for _, f := range s.Image.Files {
		if name := unknownName(f.Owner); name != "" {
			at := s.Where("image.files")
			if at.File != "" && f.Line > 0 {
				at.Line, at.Column = f.Line, 0
			}
			return document.Errorf(at, "image.files.owner: an image from scratch knows the users root and nonroot, not %q; give a number, or set image.base", name)
		}
	}
	h := s.Image.Healthcheck
	switch {
	case h == nil:
	case len(h.Cmd) == 0:
		return document.Errorf(s.firstOf("image.healthcheck."), "image.healthcheck needs the key `cmd`")
	case h.Cmd[0] == "CMD-SHELL":
		return document.Errorf(s.Where("image.healthcheck.cmd"), `image.healthcheck.cmd: an image from scratch has no shell to run a string; use a list, as in ["/usr/local/bin/app", "--health"]`)
	}
	return nil
}

// firstOf gives the first origin, by name, of the keys with a prefix.
func (s *Settings) firstOf(prefix string) document.Position {
	for _, k := range settingKeys() {
		if at := s.Where(k.name); strings.HasPrefix(k.name, prefix) && at.File != "" {
			return at
		}
	}
	return document.Position{}
}

// unknownName gives the user or group that is neither a number nor in the
// files that an image from scratch gets.
func unknownName(owner string) string {
	for name := range strings.SplitSeq(owner, ":") {
		if _, err := strconv.Atoi(name); err != nil && name != "root" && name != "nonroot" && name != "" {
			return name
		}
	}
	return ""
}

// matches compiles on each call: settings are few, and a package has no state.
func matches(pattern, v string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(v)
}

func checkText(v string) (string, string) { return v, "" }

func checkName(v string) (string, string) {
	if v == "" {
		return v, "must not be empty"
	}
	if strings.ContainsAny(v, " \t\r\n") || v[0] == '-' {
		return v, "must be a name, not " + strconv.Quote(v)
	}
	return v, ""
}

// checkTriple knows the shape alone; a toolchain knows which triples there are.
func checkTriple(v string) (string, string) {
	if !matches(`[a-z0-9_.]+(-[a-z0-9_.]+){1,3}`, v) || strings.HasSuffix(v, ".json") {
		return v, "must be a target triple such as x86_64-unknown-linux-musl, not " + strconv.Quote(v)
	}
	return v, ""
}

// checkReference knows the shape of an image reference.
func checkReference(v string) (string, string) {
	if ref, err := reference.Parse(v); err == nil {
		if _, named := ref.(reference.Named); named {
			return v, ""
		}
	}
	return v, "must be an image reference such as rust:1.90-alpine, or the name of a build context, not " + strconv.Quote(v)
}

func checkBase(v string) (string, string) {
	if v == "" || v == "scratch" {
		return "", ""
	}
	return checkReference(v)
}

// checkUser reads USER or USER:GROUP, names or numbers that Docker accepts.
// https://docs.docker.com/reference/dockerfile/#user
func checkUser(v string) (string, string) {
	if v == "" {
		return v, "must not be empty; write 0 for root"
	}
	if !matches(`[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?`, v) {
		return v, "must be a user or user:group, names or numbers, not " + strconv.Quote(v)
	}
	for part := range strings.SplitSeq(v, ":") {
		if !matches(`[0-9]+`, part) {
			continue
		}
		if n, err := strconv.ParseInt(part, 10, 64); err != nil || n > 1<<31-1 {
			return v, "must have numbers up to 2147483647, not " + part
		}
	}
	return v, ""
}

func checkEnvName(v string) (string, string) {
	if !matches(`[A-Za-z_][A-Za-z0-9_.-]*`, v) {
		return v, "has a name that is not one of an environment variable: " + strconv.Quote(v)
	}
	return v, ""
}

// checkMemberEnv refuses what cargo and rustc read themselves, for crates too.
func checkMemberEnv(v string) (string, string) {
	if strings.HasPrefix(v, "CARGO") || strings.HasPrefix(v, "RUST") {
		return v, "has a variable that all steps must have, set it by `env`: " + strconv.Quote(v)
	}
	return checkEnvName(v)
}

func checkLabel(v string) (string, string) {
	if strings.TrimSpace(v) == "" {
		return v, "has a label without a name"
	}
	return v, ""
}

func checkAbsolute(v string) (string, string) {
	if !path.IsAbs(v) {
		return v, "must be an absolute path, not " + strconv.Quote(v)
	}
	return path.Clean(v), ""
}

func checkVolume(v string) (string, string) {
	clean, wrong := checkAbsolute(v)
	if wrong == "" && clean == "/" {
		return v, "must be below the root directory, which cannot be a volume"
	}
	return clean, wrong
}

// checkInput checks a path or pattern in the build context.
func checkInput(v string) (string, string) {
	clean := path.Clean(v)
	switch {
	case v == "":
		return v, "must not be empty"
	case strings.ContainsRune(v, 0):
		return v, "contains a NUL byte"
	case v[0] == '!':
		return v, "cannot exclude files: " + strconv.Quote(v) + "; use the ignore file"
	case path.IsAbs(v), clean == "..", strings.HasPrefix(clean, "../"):
		return v, "must be a path inside the build context, relative to its root, not " + strconv.Quote(v)
	}
	return clean, ""
}

func checkStrip(v string) (string, string) {
	known := []string{"none", "debuginfo", "symbols"}
	if !slices.Contains(known, v) {
		return v, "must be one of " + strings.Join(known, ", ") + ", not " + strconv.Quote(v)
	}
	return v, ""
}

// checkSignal knows Linux's signals, with or without SIG, and numbers.
func checkSignal(v string) (string, string) {
	if n, err := strconv.Atoi(v); err == nil && 1 <= n && n <= 64 {
		return v, ""
	}
	known := strings.Fields("ABRT ALRM BUS CHLD CONT FPE HUP ILL INT IO KILL PIPE PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ")
	name := strings.TrimPrefix(strings.ToUpper(v), "SIG")
	if slices.Contains(known, name) || matches(`RTMIN(\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?`, name) {
		return "SIG" + name, ""
	}
	return v, "must be a signal such as SIGTERM or SIGINT, or a number from 1 to 64, not " + strconv.Quote(v)
}
