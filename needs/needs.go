// Package needs knows what crates need of the machine that compiles them, from one table.
package needs

import (
	_ "embed" // the table
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

//go:embed needs.toml
var table []byte

// Need is what one crate needs. Fields without a comment are those of needs.toml.
type Need struct {
	// Crate is the crate's name.
	Crate   string
	What    string
	Library bool
	Feature string
	Tools   string
	Instead []string
	Env     string
	Signs   []string
	APK     []string
	APT     []string
}

// All gives the table, by the names of the crates. It panics when that cannot be read, which
// a test excludes.
func All() []Need {
	var doc map[string]Need
	if err := toml.Unmarshal(table, &doc); err != nil {
		panic(err)
	}
	out := make([]Need, 0, len(doc))
	for name, n := range doc {
		n.Crate = name
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Need) int { return strings.Compare(a.Crate, b.Crate) })
	return out
}

// Help says what to do about a need that the machine does not fulfil.
func (n Need) Help() string { return fmt.Sprintf("%s needs %s: %s", n.Crate, n.What, n.Remedy()) }

// Remedy is what to do: which image to take, or which feature of the crate brings a copy.
func (n Need) Remedy() string {
	image := "set `toolchain` to an image that has it"
	if len(n.APK) > 0 {
		image = fmt.Sprintf("%s (on Alpine the packages %s, on Debian %s)", image, strings.Join(n.APK, " "), strings.Join(n.APT, " "))
	}
	if n.Feature == "" {
		return image
	}
	with := ""
	if n.Tools != "" {
		with = ", for which the image needs " + n.Tools
	}
	return fmt.Sprintf("%s, or enable the feature `%s` of %s, which compiles a copy%s", image, n.Feature, n.Crate, with)
}
