package settings

import (
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// buildArgs reads the build arguments that are settings. One that is near to a
// setting is an error; BuildKit's own are left alone; any other is a warning.
func (l *loader) buildArgs(args map[string]string) (layer, error) {
	const what = "build argument"
	var out layer
	for _, name := range slices.Sorted(maps.Keys(args)) {
		e, err := l.argument(what, name, args[name])
		if err != nil {
			return nil, err
		}
		if e != nil {
			out = append(out, *e)
			continue
		}
		if reserved(name) {
			continue
		}
		if near := l.near(name); near != "" {
			return nil, document.Errorf(document.Position{}, "unknown build argument %q; did you mean %q?", name, near)
		}
		l.warnings = append(l.warnings, Warning{Msg: "build argument " + name + " is not used"})
	}
	return byDepth(out), nil
}

// cmdline reads the arguments of the syntax line, which are all settings.
func (l *loader) cmdline(args map[string]string) (layer, error) {
	var out layer
	for _, name := range slices.Sorted(maps.Keys(args)) {
		e, err := l.argument("syntax line argument", name, args[name])
		if err != nil {
			return nil, err
		}
		if e == nil {
			var known []string
			for _, k := range l.keys {
				known = append(known, k.name)
			}
			return nil, document.Errorf(document.Position{}, "unknown syntax line argument %q; %s", name, Suggest(name, known))
		}
		out = append(out, *e)
	}
	return byDepth(out), nil
}

// byDepth puts whole tables before their single entries, so that
// image.env.NAME wins over image.env.
func byDepth(entries layer) layer {
	slices.SortStableFunc(entries, func(a, b entry) int { return len(a.single) - len(b.single) })
	return entries
}

// argument makes an entry of a text; nil when the name is no setting.
func (l *loader) argument(what, name, text string) (*entry, error) {
	at := spot{name: name, origin: what}
	k := findKey(l.keys, name)
	if k == nil {
		for i := range l.keys {
			rest, ok := strings.CutPrefix(name, l.keys[i].name+".")
			if _, isTable := l.keys[i].field(&Settings{}).(table); ok && isTable {
				at.single = rest
				return &entry{at, &l.keys[i], map[string]any{rest: text}}, nil
			}
		}
		return nil, nil
	}
	value, err := at.parse(k, text)
	if err != nil {
		return nil, err
	}
	at.manifest, at.path = value.manifest, []string{textKey}
	return &entry{at, k, value.value}, nil
}

// near gives the setting that a build argument was probably meant to be: the
// same apart from case and separators, or up to two letters away (one for a
// short name, which would be near to anything).
func (l *loader) near(name string) string {
	plain := strings.NewReplacer("_", "", "-", "", ".", "")
	for _, k := range l.keys {
		if strings.EqualFold(plain.Replace(k.name), plain.Replace(name)) {
			return k.name
		}
	}
	best, distance := "", 3
	for _, k := range l.keys {
		limit := 2
		if len(k.name) < 5 {
			limit = 1
		}
		if d := editDistance(strings.ToLower(name), k.name); d <= limit && d < distance {
			best, distance = k.name, d
		}
	}
	return best
}

// reserved tells whether BuildKit or Docker reads a build argument itself.
// https://docs.docker.com/reference/dockerfile/#predefined-args
func reserved(name string) bool {
	for _, prefix := range []string{"BUILDKIT_", "SBOM_SCAN_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "SOURCE_DATE_EPOCH",
		"TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
		"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT":
		return true
	}
	switch strings.ToUpper(name) {
	case "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY":
		return true
	}
	return false
}
