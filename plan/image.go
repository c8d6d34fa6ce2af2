package plan

import (
	"cmp"
	"path"
	"slices"
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

// Receives says whether one of image.files goes to a directory, or below it, or to one
// above it.
func (i *Image) Receives(dirs ...string) bool {
	return slices.ContainsFunc(i.Extra, func(f ExtraFile) bool {
		to := fromRoot(f.To)
		return slices.ContainsFunc(dirs, func(dir string) bool {
			return within(to, fromRoot(dir)) || within(fromRoot(dir), to)
		})
	})
}

// OwnCertificates says whether the settings bring CA certificates, or name a place for
// them.
func (i *Image) OwnCertificates() bool {
	return i.Receives("/etc/ssl", "/etc/pki") ||
		slices.ContainsFunc(i.Env, func(e Env) bool { return strings.HasPrefix(e.Name, "SSL_CERT_") })
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
func (f ExtraFile) Path() string { return fromRoot(f.From) }

// fromRoot is an absolute path, or one from the root, as io/fs writes it.
func fromRoot(p string) string {
	return cmp.Or(strings.TrimPrefix(path.Clean("/"+p), "/"), ".")
}
