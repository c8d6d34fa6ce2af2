package plan

import (
	"cmp"
	"path"
	"strings"
	"time"
)

// Image describes the final image beside its binaries.
type Image struct {
	Base           string            `json:"base,omitempty"` // "" for scratch
	User           string            `json:"user,omitempty"`
	Entrypoint     []string          `json:"entrypoint,omitempty"`
	Cmd            []string          `json:"cmd,omitempty"`
	Env            []Env             `json:"env,omitempty"`
	Workdir        string            `json:"workdir,omitempty"`
	Expose         []string          `json:"expose,omitempty"` // "8080/tcp", sorted
	Volumes        []string          `json:"volumes,omitempty"`
	Labels         map[string]string `json:"labels,omitempty"`
	StopSignal     string            `json:"stopSignal,omitempty"`
	Healthcheck    *Healthcheck      `json:"healthcheck,omitempty"`
	Extra          []ExtraFile       `json:"extra,omitempty"` // from the context
	Files          []File            `json:"files,omitempty"` // passwd, group
	CACertificates bool              `json:"caCertificates"`
	TZData         bool              `json:"tzdata"`
}

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
func (f ExtraFile) Path() string {
	return cmp.Or(strings.TrimPrefix(path.Clean("/"+f.From), "/"), ".")
}
