package plan

import (
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/settings"
)

// Image describes the final image beside its binaries.
type Image struct {
	Base           string                `json:"base,omitempty"` // "" for scratch
	User           string                `json:"user,omitempty"`
	Entrypoint     []string              `json:"entrypoint,omitempty"`
	Cmd            []string              `json:"cmd,omitempty"`
	Env            []Env                 `json:"env,omitempty"`
	Workdir        string                `json:"workdir,omitempty"`
	Expose         []string              `json:"expose,omitempty"` // "8080/tcp", sorted
	Volumes        []string              `json:"volumes,omitempty"`
	Labels         map[string]string     `json:"labels,omitempty"`
	StopSignal     string                `json:"stopSignal,omitempty"`
	Healthcheck    *settings.Healthcheck `json:"healthcheck,omitempty"`
	Extra          []settings.ExtraFile  `json:"extra,omitempty"` // from the context
	Files          []File                `json:"files,omitempty"` // passwd, group
	CACertificates bool                  `json:"caCertificates"`
	TZData         bool                  `json:"tzdata"`
}

// Receives says whether one of image.files goes to a directory, or below it, or to one
// above it.
func (i *Image) Receives(dirs ...string) bool {
	return slices.ContainsFunc(i.Extra, func(f settings.ExtraFile) bool {
		to := settings.FromRoot(f.To)
		return slices.ContainsFunc(dirs, func(dir string) bool {
			return cargo.Within(to, settings.FromRoot(dir)) || cargo.Within(settings.FromRoot(dir), to)
		})
	})
}

// OwnCertificates says whether the settings bring CA certificates, or name a place for
// them.
func (i *Image) OwnCertificates() bool {
	return i.Receives("/etc/ssl", "/etc/pki") ||
		slices.ContainsFunc(i.Env, func(e Env) bool { return strings.HasPrefix(e.Name, "SSL_CERT_") })
}
