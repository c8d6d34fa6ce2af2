package plan

import (
	"fmt"
	"strings"
)

// ProbeScript is a shell script that writes what a toolchain image holds to a
// file: a KEY=VALUE line for each fact, read by [ParseProbe].
func ProbeScript(file string) string {
	return `{
echo "cargo=$(cargo -V)"
rustc -vV | sed -n 's/^release: /rustc=/p;s/^host: /host=/p'
for dir in "$(rustc --print sysroot)"/lib/rustlib/*/lib; do
  dir=${dir%/lib}
  echo "target=${dir##*/}"
done
(IFS=:; for dir in $PATH "$(rustc --print sysroot)"/lib/rustlib/*/bin; do
  for file in "$dir"/*objcopy; do
    if [ -x "$file" ]; then echo "objcopy=$file"; fi
  done
done)
if command -v rustup >/dev/null; then echo rustup=yes; fi
if cargo clippy -V >/dev/null 2>&1; then echo clippy=yes; fi
if [ -s /etc/ssl/certs/ca-certificates.crt ]; then echo cacerts=yes; fi
if [ -d /usr/share/zoneinfo ]; then echo tzdata=yes; fi
} > ` + file
}

// ParseProbe reads what [ProbeScript] wrote. It fails when the image has no
// working cargo or rustc.
func ParseProbe(data []byte) (*Probe, error) {
	p := &Probe{}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "cargo":
			if words := strings.Fields(value); len(words) > 1 {
				p.Cargo = words[1]
			}
		case "rustc":
			p.Rustc = value
		case "host":
			p.Host = value
		case "target":
			p.Targets = append(p.Targets, value)
		case "objcopy":
			p.Objcopy = append(p.Objcopy, value)
		case "rustup":
			p.Rustup = true
		case "clippy":
			p.Clippy = true
		case "cacerts":
			p.CACerts = true
		case "tzdata":
			p.TZData = true
		}
	}
	if p.Cargo == "" || p.Rustc == "" {
		return nil, fmt.Errorf("it has no working cargo and rustc")
	}
	return p, nil
}
