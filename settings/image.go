package settings

import (
	"cmp"
	"path"
	"strings"
	"time"
)

// Healthcheck is the image's health check; durations are zero when not set.
type Healthcheck struct {
	Cmd           []string      `json:"cmd"` // Docker's form: ["CMD", ...], ["CMD-SHELL", ...] or ["NONE"]
	Interval      time.Duration `json:"interval,omitempty"`
	Timeout       time.Duration `json:"timeout,omitempty"`
	StartPeriod   time.Duration `json:"startPeriod,omitempty"`
	StartInterval time.Duration `json:"startInterval,omitempty"`
	Retries       int           `json:"retries,omitempty"`
}

// ExtraFile is a file or folder of the context that goes into the image.
type ExtraFile struct {
	From  string `json:"from"` // path or pattern in the context
	To    string `json:"to"`
	Owner string `json:"owner,omitempty"` // "uid:gid", "" for root
	Mode  int    `json:"mode,omitempty"`  // 0 keeps the file's own
	// Line in the settings' file.
	Line int `json:"line,omitempty"`
}

// Path is From as io/fs writes it, "." for the whole context.
func (f ExtraFile) Path() string { return FromRoot(f.From) }

// FromRoot is an absolute path, or one from the root, as io/fs writes it.
func FromRoot(p string) string {
	return cmp.Or(strings.TrimPrefix(path.Clean("/"+p), "/"), ".")
}
