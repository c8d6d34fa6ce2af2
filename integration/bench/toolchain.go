package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// toolchain is the toolchain image unpacked into a directory. Cargo runs in
// it without BuildKit: for the peer that is the limit, and for everything that
// the benchmark asks of cargo itself.
type toolchain struct {
	root string
	env  []string
}

// unpackToolchain unpacks the image below dir once for each digest.
func unpackToolchain(ctx context.Context, l layout, dir string) (*toolchain, error) {
	root := filepath.Join(dir, "toolchain-"+l.digest.Encoded()[:12])
	envFile := root + ".env"
	if env, err := os.ReadFile(envFile); err == nil {
		return &toolchain{root: root, env: strings.Split(string(env), "\n")}, nil
	}
	logf("unpack the toolchain image into %s", root)
	if err := os.RemoveAll(root); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	img, err := l.unpack(ctx, root)
	if err != nil {
		return nil, fmt.Errorf("unpack the toolchain image: %w", err)
	}
	// Last, so that an interrupted run starts again.
	if err := os.WriteFile(envFile, []byte(strings.Join(img.config.Env, "\n")), 0o644); err != nil {
		return nil, err
	}
	return &toolchain{root: root, env: img.config.Env}, nil
}

// enter mounts what a program needs in a mount namespace of its own, so that
// nothing stays mounted whatever happens, and starts it in the root. The
// arguments are the root, the directories to bind as FROM:TO, "--" and the
// command line.
const enter = `set -eu
root=$1; shift
mount --make-rprivate /
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
for file in /etc/resolv.conf /etc/hosts; do
	[ -e "$root$file" ] || : >"$root$file"
	mount --bind "$file" "$root$file"
done
while [ "$1" != -- ]; do
	mkdir -p "$root${1##*:}"
	mount --bind "${1%:*}" "$root${1##*:}"
	shift
done
shift
exec chroot "$root" /bin/sh -c 'cd /src && exec "$@"' sh "$@"`

// place is where a cargo command works: directories outside the root that
// survive it.
type place struct {
	src, home, target string
	// out is mounted at /out if it is set.
	out string
}

// cargo runs cargo in the toolchain's root with the sources at /src and gives
// what it wrote to each stream. The machine's own trust store is used, as a
// build inside a company often needs it.
func (t *toolchain) cargo(ctx context.Context, p place, args ...string) (stdout, stderr string, err error) {
	return t.run(ctx, p, nil, append([]string{"cargo"}, args...)...)
}

// watch looks at a program while it runs.
type watch struct {
	output func([]byte) // sees the standard error as it is written
	// cpu is the time of the program and of all that it waited for, in
	// seconds, peak the most memory they held, in bytes.
	cpu  float64
	peak int64
}

// run is cargo for any program, and w, if not nil, watches it.
func (t *toolchain) run(ctx context.Context, p place, w *watch, args ...string) (stdout, stderr string, err error) {
	binds := []string{p.src + ":/src", p.home + ":/cargo/home", p.target + ":/cargo/target"}
	if p.out != "" {
		binds = append(binds, p.out+":/out")
	}
	if err := t.trust(); err != nil {
		return "", "", err
	}
	line := append([]string{"--mount", "sh", "-c", enter, "sh", t.root}, binds...)
	cmd := exec.CommandContext(ctx, "unshare", append(append(line, "--"), args...)...)
	cmd.Env = append(append([]string{}, t.env...),
		"HOME=/root", "CARGO_HOME=/cargo/home", "CARGO_TARGET_DIR=/cargo/target", "CARGO_TERM_COLOR=never")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, writer(func(b []byte) {
		if w != nil {
			w.output(b)
		}
		errs.Write(b)
	})
	err = w.run(cmd)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%s: %s", strings.Join(args[:min(2, len(args))], " "), complaint(errs.String()))
	}
	return out.String(), errs.String(), err
}

// run runs a program; without a watch it does nothing else.
func (w *watch) run(cmd *exec.Cmd) error {
	if w == nil {
		return cmd.Run()
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	l := watchLoad(cmd.Process.Pid)
	err := cmd.Wait()
	w.peak = l.stop()
	w.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return err
}

// trust gives the root the machine's certificates.
func (t *toolchain) trust() error {
	data, err := os.ReadFile(trustStore())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	target := filepath.Join(t.root, "etc/ssl/certs", certificates)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, data, 0o644)
}

const certificates = "ca-certificates.crt"

// trustStore is the machine's file of trusted certificates.
func trustStore() string {
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		return file
	}
	return "/etc/ssl/certs/" + certificates
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}
