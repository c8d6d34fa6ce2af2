package lint

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// isBinary says whether a path of the image is one of the built binaries.
func (in *Subject) isBinary(file string) bool {
	return slices.ContainsFunc(in.Plan.Bins, func(b plan.Bin) bool { return b.Path == file })
}

// within says whether a path is dir or below it.
func within(dir, p string) bool { return dir == "/" || p == dir || strings.HasPrefix(p, dir+"/") }

// programNotInImage looks at the command lines of an image from scratch, in
// which there is nothing but what the settings put there.
func programNotInImage(in *Subject) []match {
	image := in.Plan.Image
	if image.Base != "" {
		return nil
	}
	var out []match
	look := func(key, program string) {
		if !in.hasProgram(program) {
			out = append(out, match{in.Settings.Where(key), fmt.Sprintf(
				"%s starts %q, which is not in an image from scratch; there are: %s", key, program, in.programs())})
		}
	}
	switch {
	case len(image.Entrypoint) > 0:
		look("image.entrypoint", image.Entrypoint[0])
	case len(image.Cmd) > 0:
		look("image.cmd", image.Cmd[0])
	}
	if h := image.Healthcheck; h != nil && len(h.Cmd) > 1 && h.Cmd[0] == "CMD" {
		look("image.healthcheck.cmd", h.Cmd[1])
	}
	return out
}

func (in *Subject) programs() string {
	var out []string
	for _, b := range in.Plan.Bins {
		out = append(out, b.Path)
	}
	return strings.Join(out, ", ")
}

// hasProgram looks a program up as a container does: a name in PATH, a path
// from the working directory.
func (in *Subject) hasProgram(program string) bool {
	image := in.Plan.Image
	var files []string
	if strings.Contains(program, "/") {
		if !path.IsAbs(program) {
			program = path.Join("/", image.Workdir, program)
		}
		files = []string{path.Clean(program)}
	} else {
		for _, e := range image.Env {
			if e.Name == "PATH" {
				for dir := range strings.SplitSeq(e.Value, ":") {
					files = append(files, path.Join("/", dir, program))
				}
			}
		}
	}
	return slices.ContainsFunc(files, func(file string) bool {
		return in.isBinary(file) || slices.ContainsFunc(image.Extra, func(f settings.ExtraFile) bool {
			return within(path.Clean(f.To), file)
		})
	})
}

// uid gives the number of the image's user, false when only its base knows.
func (in *Subject) uid() (int, bool) { return number(in.Plan.Image.User) }

// number reads the user of USER:GROUP, with the names that images from scratch
// have.
func number(user string) (int, bool) {
	name, _, _ := strings.Cut(user, ":")
	switch name {
	case "root":
		return 0, true
	case "nonroot":
		return 65532, true
	}
	n, err := strconv.Atoi(name)
	return n, err == nil
}

// rootUser looks for images whose user is root by a setting.
func rootUser(in *Subject) []match {
	if uid, known := in.uid(); !known || uid != 0 {
		return nil
	}
	return []match{{in.Settings.Where("image.user"), "the program runs as root: leave image.user out, or name another user"}}
}

// volumeNotWritable looks at volumes of an image from scratch. A directory that
// the image does not have is made by the engine, as root's.
func volumeNotWritable(in *Subject) []match {
	image := in.Plan.Image
	uid, known := in.uid()
	if image.Base != "" || !known || uid == 0 {
		return nil
	}
	var out []match
	for _, volume := range image.Volumes {
		writable := func(f settings.ExtraFile) bool {
			owner, known := number(f.Owner)
			return within(volume, path.Clean(f.To)) && (known && owner == uid || f.Mode&0o002 != 0)
		}
		if volume == "/tmp" || slices.ContainsFunc(image.Extra, writable) {
			continue
		}
		out = append(out, match{in.Settings.Where("image.volumes"), fmt.Sprintf(
			"%s belongs to root, and the program runs as %s: copy a folder there with image.files and owner = %q", volume, image.User, image.User)})
	}
	return out
}

// secretInEnv looks for names whose last words mean a secret. Values in
// image.env are in the image's configuration, those in env in the build's
// record and in the cache.
func secretInEnv(in *Subject) []match {
	var out []match
	for _, table := range []struct {
		key, where string
		env        map[string]string
	}{
		{"env", "everybody who sees the build's record can read it", in.Settings.Env},
		{"image.env", "everybody who has the image can read it", in.Settings.Image.Env},
	} {
		for _, name := range slices.Sorted(maps.Keys(table.env)) {
			if table.env[name] == "" || !secretName(name) {
				continue
			}
			out = append(out, match{in.Settings.Where(table.key + "." + name), fmt.Sprintf(
				"%s.%s looks like a secret, and %s: give it to the container when it starts", table.key, name, table.where)})
		}
	}
	return out
}

// secretName says whether a name ends as names of secrets do: GITHUB_TOKEN, and
// not TOKEN_LIFETIME or TOKEN_FILE.
func secretName(name string) bool {
	words := strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	if len(words) == 0 {
		return false
	}
	last, before := words[len(words)-1], ""
	if len(words) > 1 {
		before = words[len(words)-2]
	}
	switch last {
	case "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIALS", "APIKEY":
		return true
	case "KEY":
		return slices.Contains([]string{"API", "SECRET", "ACCESS", "PRIVATE"}, before)
	}
	return false
}
