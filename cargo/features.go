package cargo

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/org/rust-frontend/cargo/document"
)

// readFeatures reads and checks [features].
// https://doc.rust-lang.org/cargo/reference/features.html
func readFeatures(m *document.Document, deps []Dependency) (map[string][]string, error) {
	table, err := m.Table("features")
	if err != nil {
		return nil, err
	}
	s := &document.Section{Document: m, Path: []string{"features"}, Table: table}
	features := make(map[string][]string, len(table))
	for _, name := range document.Keys(table) {
		if !validFeatureName(name) {
			return nil, document.Errorf(m.At("features", name), "%q is not a valid feature name: it starts with a letter, digit or _, and goes on with these, -, + or .", name)
		}
		features[name] = s.List(name)
	}
	if s.Err != nil {
		return nil, s.Err
	}
	c := newFeatureCheck(m, deps, features)
	for _, name := range document.Keys(features) {
		for i, value := range features[name] {
			if problem := c.problem(value); problem != "" {
				return nil, document.Errorf(m.At("features", name, strconv.Itoa(i)), "the feature %q includes %q, %s", name, value, problem)
			}
		}
	}
	return features, c.unused(deps)
}

func validFeatureName(name string) bool {
	for i, r := range name {
		word := r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if !word && (i == 0 || !strings.ContainsRune("-+.", r)) {
			return false
		}
	}
	return name != ""
}

// featureCheck knows what the values of features may refer to.
type featureCheck struct {
	m        *document.Document
	features map[string][]string
	// optional tells of each dependency whether one of its entries is
	// optional.
	optional map[string]bool
	// explicit dependencies are named with "dep:" somewhere, and so have no
	// implicit feature.
	explicit map[string]bool
	// used dependencies are named in any way that enables them.
	used map[string]bool
}

func newFeatureCheck(m *document.Document, deps []Dependency, features map[string][]string) *featureCheck {
	c := &featureCheck{m, features, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, d := range deps {
		c.optional[d.Key] = c.optional[d.Key] || d.Optional
	}
	for _, values := range features {
		for _, v := range values {
			if dep, ok := strings.CutPrefix(v, "dep:"); ok {
				c.explicit[dep], c.used[dep] = true, true
			} else if dep, _, ok := strings.Cut(v, "/"); ok {
				c.used[strings.TrimSuffix(dep, "?")] = true
			}
		}
	}
	return c
}

// problem gives the rest of a sentence about a feature's value, or "".
func (c *featureCheck) problem(value string) string {
	if dep, feature, ok := strings.Cut(value, "/"); ok {
		return c.dependencyFeature(dep, feature)
	}
	if dep, ok := strings.CutPrefix(value, "dep:"); ok {
		optional, known := c.optional[dep]
		switch {
		case !known:
			return "but " + strconv.Quote(dep) + " is no dependency; there " + haveNames(document.Keys(c.optional))
		case !optional:
			return "but that dependency is not optional"
		}
		return ""
	}
	if _, ok := c.features[value]; ok {
		return ""
	}
	optional, known := c.optional[value]
	switch {
	case !known:
		return "which is neither a dependency nor another feature"
	case !optional:
		return "which is a dependency that is not optional"
	case c.explicit[value]:
		return "which is an optional dependency without a feature of its name; use \"dep:" + value + "\""
	}
	return ""
}

// dependencyFeature checks "dep/feature" and "dep?/feature".
func (c *featureCheck) dependencyFeature(dep, feature string) string {
	name, weak := strings.CutSuffix(dep, "?")
	optional, known := c.optional[name]
	switch {
	case strings.Contains(feature, "/"):
		return "which has more than one slash"
	case strings.HasPrefix(dep, "dep:"):
		return "which has both \"dep:\" and a slash; remove \"dep:\""
	case !known:
		return "but " + strconv.Quote(name) + " is no dependency; there " + haveNames(document.Keys(c.optional))
	case weak && !optional:
		return "but that dependency is not optional, so remove the question mark"
	}
	return ""
}

// unused finds an optional dependency that no feature can enable, because a
// feature of its name does not.
func (c *featureCheck) unused(deps []Dependency) error {
	for _, d := range deps {
		if _, declared := c.features[d.Key]; d.Optional && declared && !c.used[d.Key] {
			return document.Errorf(d.Position, "the optional dependency %q is not included in any feature; add \"dep:%s\" to one", d.Key, d.Key)
		}
	}
	return nil
}
