package plan

// The files of a toolchain image that the image is given on request.
const (
	CACertificatesFile = "/etc/ssl/certs/ca-certificates.crt"
	ZoneinfoDir        = "/usr/share/zoneinfo"
)
