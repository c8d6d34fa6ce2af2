package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/settings"
)

// unoptimizedProfile looks for a binary that is compiled without optimisation.
// A profile that the command line names is meant for one build.
// https://doc.rust-lang.org/cargo/reference/profiles.html#opt-level
func unoptimizedProfile(in *Subject) []match {
	if in.profileInEnv("OPT_LEVEL") {
		return nil
	}
	s := in.Settings
	value, at := settings.ProfileKey(in.Workspace, in.Plan.Profile, "opt-level")
	if value == nil && settings.ProfileRoot(in.Workspace, in.Plan.Profile) == "dev" {
		value, at = "0", document.Position{}
	}
	if fmt.Sprint(value) != "0" {
		return nil
	}
	if _, set := s.Origins["profile"]; set {
		if at = s.Where("profile"); at.File == "" {
			return nil
		}
	}
	return []match{{at, fmt.Sprintf("the profile %s does not optimise: the binary is many times as slow as that of release", in.Plan.Profile)}}
}

// debugInfoInImage looks for debug information that is neither left out nor
// stripped. Left alone, the frontend strips.
// https://doc.rust-lang.org/cargo/reference/profiles.html#debug
func debugInfoInImage(in *Subject) []match {
	if in.profileInEnv("STRIP") || in.profileInEnv("DEBUG") {
		return nil
	}
	s, profile := in.Settings, in.Plan.Profile
	strip, at := settings.ProfileKey(in.Workspace, profile, "strip")
	if s.Strip != "" {
		if strip, at = s.Strip, s.Where("strip"); at.File == "" {
			return nil // the command line's, for one build
		}
	}
	debug, _ := settings.ProfileKey(in.Workspace, profile, "debug")
	if debug == nil {
		debug = settings.ProfileRoot(in.Workspace, profile) == "dev"
	}
	if split, _ := settings.ProfileKey(in.Workspace, profile, "split-debuginfo"); split != nil && split != "off" {
		return nil // it is in files beside the binary, which are not shipped
	}
	off := []string{"false", "0", "none"}
	if strip == nil || !slices.Contains(off, fmt.Sprint(strip)) || slices.Contains(off, fmt.Sprint(debug)) {
		return nil
	}
	return []match{{at, fmt.Sprintf("the profile %s makes debug information (debug = %v) and nothing strips it: the image carries all of it", profile, debug)}}
}

// profileInEnv says whether the settings set a key of the profile by an
// environment variable, which wins over every file.
// https://doc.rust-lang.org/cargo/reference/config.html#environment-variables
func (in *Subject) profileInEnv(key string) bool {
	name := strings.ToUpper(strings.ReplaceAll(in.Plan.Profile, "-", "_"))
	_, ok := in.Settings.Env["CARGO_PROFILE_"+name+"_"+key]
	return ok
}
