package semver

import (
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for _, c := range []struct{ text, reason string }{
		{"1.2.3", ""},
		{"0.0.0", ""},
		{"1.2.3-alpha.1", ""},
		{"1.2.3-0a.x-y", ""},
		{"1.2.3+build.01", ""},
		{"1.2.3-rc.1+b", ""},
		{"18446744073709551615.0.0", ""},
		{"", "ends where a number"},
		{"1", "needs all of"},
		{"1.2", "needs all of"},
		{"1.2.x", "MAJOR.MINOR.PATCH"},
		{"01.2.3", "leading zero"},
		{"1.2.3-01", "leading zero"},
		{"1.2.3-", "identifier is empty"},
		{"1.2.3-a..b", "identifier is empty"},
		{"1.2.3+", "identifier is empty"},
		{"1.2.3.4", "MAJOR.MINOR.PATCH"},
		{"1.2.3 ", "MAJOR.MINOR.PATCH"},
		{"v1.2.3", "not a number"},
		{"18446744073709551616.0.0", "too large"},
	} {
		v, err := Parse(c.text)
		switch {
		case c.reason == "" && err != nil:
			t.Errorf("%q: %v", c.text, err)
		case c.reason == "" && v.String() != c.text:
			t.Errorf("%q reads as %q", c.text, v)
		case c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)):
			t.Errorf("%q: error %v, want one with %q", c.text, err, c.reason)
		}
	}
}

func TestVersionOrder(t *testing.T) {
	// The order of https://semver.org/spec/v2.0.0.html#spec-item-11
	order := strings.Fields("0.9.9 1.0.0-2 1.0.0-10 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.1.0 1.10.0 2.0.0")
	for i, a := range order {
		for j, b := range order {
			want := min(1, max(-1, i-j))
			if got := version(t, a).Compare(version(t, b)); got != want {
				t.Errorf("%s compared with %s is %d, want %d", a, b, got, want)
			}
		}
	}
	if version(t, "1.0.0+a").Compare(version(t, "1.0.0+b")) != 0 {
		t.Error("build metadata has a part in the order")
	}
}

func version(t *testing.T, text string) Version {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRequirementMatches(t *testing.T) {
	for _, c := range []struct{ reason, requirement, yes, no string }{
		// The tables of the Cargo book, "Specifying Dependencies".
		{"caret", "1.2.3", "1.2.3 1.2.4 1.9.0", "1.2.2 2.0.0 0.9.0"},
		{"caret", "^1.2.3", "1.2.3 1.9.9", "1.2.2 2.0.0"},
		{"caret", "1.2", "1.2.0 1.9.9", "1.1.9 2.0.0"},
		{"caret", "1", "1.0.0 1.9.9", "0.9.9 2.0.0"},
		{"caret", "0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"},
		{"caret", "0.2", "0.2.0 0.2.9", "0.1.9 0.3.0"},
		{"caret", "0.0.3", "0.0.3", "0.0.2 0.0.4"},
		{"caret", "0.0", "0.0.0 0.0.9", "0.1.0"},
		{"caret", "0", "0.0.0 0.9.9", "1.0.0"},
		{"tilde", "~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"},
		{"tilde", "~1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"},
		{"tilde", "~1", "1.0.0 1.9.9", "2.0.0 0.9.0"},
		{"wildcard", "*", "0.0.0 1.2.3", "1.0.0-a"},
		{"wildcard", "1.*", "1.0.0 1.9.9", "2.0.0 0.9.9"},
		{"wildcard", "1.2.*", "1.2.0 1.2.9", "1.3.0 1.1.9"},
		{"wildcard", "1.x.X", "1.0.0 1.9.9", "2.0.0"},
		{"comparison", ">= 1.2.0", "1.2.0 9.0.0", "1.1.9"},
		{"comparison", "> 1", "2.0.0", "1.0.0 1.9.9"},
		{"comparison", ">1.2", "1.3.0", "1.2.9"},
		{"comparison", "<2", "1.9.9", "2.0.0 2.1.0"},
		{"comparison", "<=1.2", "1.2.9 1.1.0", "1.3.0"},
		{"comparison", "=1.2.3", "1.2.3", "1.2.4"},
		{"comparison", "=1.2", "1.2.0 1.2.9", "1.3.0"},
		{"list", ">= 1.2, < 1.5", "1.2.0 1.4.9", "1.1.9 1.5.0"},
		{"list without spaces", ">=1.2,<1.5", "1.4.0", "1.5.0"},
		{"a pre-release needs one of the same numbers", "1.2.3", "1.2.3", "1.2.3-a 1.2.4-a 1.3.0-a 2.0.0-a"},
		{"a pre-release needs one of the same numbers", "1.2.3-b", "1.2.3-b 1.2.3-c 1.2.3 1.2.4", "1.2.3-a 1.2.4-b"},
		{"a pre-release needs one of the same numbers", ">=1.0.0-a, <2", "1.0.0-b 1.5.0", "1.5.0-a 2.0.0"},
		{"a pre-release needs one of the same numbers", "=1.0.0-rc.1", "1.0.0-rc.1", "1.0.0-rc.2 1.0.0"},
		{"a pre-release needs one of the same numbers", "~1.0.0-rc.1", "1.0.0-rc.2 1.0.0 1.0.5", "1.1.0"},
		{"a pre-release needs one of the same numbers", "<2.0.0-b", "2.0.0-a 1.0.0", "2.0.0-b 2.0.0 1.0.0-a"},
		{"a pre-release of a 0.0 version", "0.0.3-b", "0.0.3-c 0.0.3", "0.0.3-a 0.0.4"},
		{"build metadata is ignored", "=1.2.3+a", "1.2.3 1.2.3+b", ""},
	} {
		r, err := ParseRequirement(c.requirement)
		if err != nil {
			t.Errorf("%s: %v", c.requirement, err)
			continue
		}
		for v := range strings.FieldsSeq(c.yes) {
			if !r.Matches(version(t, v)) {
				t.Errorf("%s: %q does not match %s", c.reason, c.requirement, v)
			}
		}
		for v := range strings.FieldsSeq(c.no) {
			if r.Matches(version(t, v)) {
				t.Errorf("%s: %q matches %s", c.reason, c.requirement, v)
			}
		}
	}
}

func TestParseRequirementErrors(t *testing.T) {
	for text, reason := range map[string]string{
		"":                                  "must not be empty",
		"  ":                                "must not be empty",
		"1,":                                "a version is missing",
		"=":                                 "a version is missing",
		">=*":                               "* must stand alone",
		"1, *":                              "* must stand alone",
		"=>1":                               "no operator",
		"==1":                               "no operator",
		"1 2":                               "out of place",
		"1.2.3.4":                           "out of place",
		"1.*.3":                             "after a wildcard",
		"01":                                "leading zero",
		"latest":                            "not a number",
		"1.2-alpha":                         "out of place",
		strings.Repeat("1,", 32) + "1":      "more than 32",
		"99999999999999999999999999999.*.1": "too large",
	} {
		_, err := ParseRequirement(text)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: error %v, want one with %q", text, err, reason)
		}
	}
}

func FuzzParseRequirement(f *testing.F) {
	for _, s := range []string{"1", "^1.2.3-a.b+c", ">= 1, <2.*", "*", "~0.0.x"} {
		f.Add(s, "1.2.3-rc.1")
	}
	f.Fuzz(func(_ *testing.T, requirement, version string) {
		r, err := ParseRequirement(requirement)
		v, bad := Parse(version)
		if err == nil && bad == nil {
			r.Matches(v)
		}
	})
}
