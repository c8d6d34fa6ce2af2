package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// nonroot is the user of an image from scratch: a number that Kubernetes can
// tell from root, and that other minimal images use too.
const nonroot = "65532"

// defaultPath is what Docker sets when an image has no PATH.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// newImage says what the image holds and how it starts. On a base everything
// that is not set stays the base's, except for the entrypoint, which is the
// first binary. The labels are those of the package pkg.
func newImage(s *settings.Settings, bins []plan.Bin, pkg *cargo.Package) plan.Image {
	set := s.Image
	img := plan.Image{
		Base:        set.Base,
		Entrypoint:  set.Entrypoint,
		Cmd:         set.Cmd,
		Workdir:     set.Workdir,
		Expose:      set.Expose,
		Volumes:     set.Volumes,
		Labels:      imageLabels(pkg, set.Labels),
		StopSignal:  set.StopSignal,
		Healthcheck: set.Healthcheck,
		Extra:       set.Files,
		TZData:      set.TZData,
	}
	env := maps.Clone(set.Env)
	if set.Base == "" {
		scratch(&img)
		if env == nil {
			env = map[string]string{}
		}
		if _, ok := env["PATH"]; !ok {
			env["PATH"] = defaultPath
		}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		img.Env = append(img.Env, plan.Env{Name: name, Value: env[name]})
	}
	if set.User != nil {
		img.User = *set.User
	}
	if img.Entrypoint == nil && len(bins) > 0 {
		img.Entrypoint = []string{bins[0].Path}
	}
	if set.CACertificates != nil {
		img.CACertificates = *set.CACertificates
	}
	return img
}

// scratch gives the defaults of an image without a base.
func scratch(img *plan.Image) {
	img.User = nonroot + ":" + nonroot
	img.CACertificates = true
	if img.StopSignal == "" {
		img.StopSignal = "SIGTERM"
	}
	img.Files = []plan.File{
		{Path: "etc/group", Data: []byte("root:x:0:\nnonroot:x:" + nonroot + ":\n")},
		{Path: "etc/passwd", Data: []byte("root:x:0:0:root:/:/sbin/nologin\n" +
			"nonroot:x:" + nonroot + ":" + nonroot + ":nonroot:/:/sbin/nologin\n")},
	}
}

// checkImage refuses to take from the toolchain image what is not there, since
// BuildKit would say so without the setting and while it compiles. Certificates that
// nobody has asked for are left out. Without a probe it does nothing.
func (p draft) checkImage(s *settings.Settings, probe *answers.Probe) error {
	if probe == nil {
		return nil
	}
	lacks := fmt.Sprintf("the toolchain %s (%s) has no", p.Toolchain.Image, p.Toolchain.Origin)
	if p.Image.TZData && !probe.TZData {
		return document.Errorf(s.Where("image.tzdata"), "image.tzdata: %s time zones in /usr/share/zoneinfo: set `toolchain` to an image with tzdata installed; "+
			"or leave image.tzdata out, and take the files from the context with `image.files` or from an `image.base` that has them", lacks)
	}
	if !p.Image.CACertificates || probe.CACerts {
		return nil
	}
	if s.Image.CACertificates != nil {
		return document.Errorf(s.Where("image.ca-certificates"), "image.ca-certificates: %s CA certificates in /etc/ssl/certs/ca-certificates.crt: set `toolchain` to an image with ca-certificates installed; "+
			"or leave image.ca-certificates out, and take the file from the context with `image.files` or from an `image.base` that has it", lacks)
	}
	p.Image.CACertificates = false
	if !p.Image.OwnCertificates() {
		p.Warnings = append(p.Warnings, settings.Warning{Msg: "the image has no CA certificates: " + lacks + " /etc/ssl/certs/ca-certificates.crt; " +
			"install ca-certificates in it, or set image.ca-certificates to false if the program needs none"})
	}
	return nil
}

// imageLabels makes OCI's labels of the manifest; those of the settings win.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
func imageLabels(pkg *cargo.Package, own map[string]string) map[string]string {
	const prefix = "org.opencontainers.image."
	labels := map[string]string{}
	if pkg != nil {
		for _, l := range [][2]string{
			{"title", "name"}, {"version", "version"}, {"description", "description"},
			{"licenses", "license"}, {"source", "repository"}, {"url", "homepage"},
			{"documentation", "documentation"}, {"authors", "authors"},
		} {
			if text := packageText(pkg, l[1]); text != "" {
				labels[prefix+l[0]] = text
			}
		}
	}
	maps.Copy(labels, own)
	return labels
}

// packageText gives a key of [package], inheritance resolved; a list becomes
// one text, and what is missing or no text is "".
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-package-table
func packageText(pkg *cargo.Package, key string) string {
	table, _ := pkg.Manifest.Doc["package"].(map[string]any)
	value := table[key]
	if _, inherits := value.(map[string]any); inherits {
		value = nil
		if pkg.WorkspaceRoot != nil {
			workspace, _ := pkg.WorkspaceRoot.Doc["workspace"].(map[string]any)
			shared, _ := workspace["package"].(map[string]any)
			value = shared[key]
		}
	}
	if list, ok := value.([]any); ok {
		var parts []string
		for _, v := range list {
			if text, ok := v.(string); ok {
				parts = append(parts, text)
			}
		}
		value = strings.Join(parts, ", ")
	}
	text, _ := value.(string)
	return strings.TrimSpace(text)
}
