//go:build !gateway

package main

import (
	"cmp"
	"context"

	"github.com/moby/buildkit/util/appdefaults"
	"github.com/urfave/cli/v3"
)

// buildFlags are the flags of `frontend build`.
type buildFlags struct {
	context string // the argument: a directory, or a git or http URL

	addr, tlsServerName, tlsCACert, tlsCert, tlsKey, tlsDir string

	file, target, metadataFile, progress              string
	tags, outputs, importCache, exportCache           []string
	secrets, ssh, noCacheFilter, platforms            []string
	buildContexts, buildArgs, labels, options, allows []string
	load, noCache, pull                               bool
}

// buildCommand is `frontend build`: it reads the flags and calls run.
func buildCommand(getenv func(string) string, run func(context.Context, *buildFlags) error) *cli.Command {
	f := &buildFlags{}
	return &cli.Command{
		Name:      "build",
		Usage:     "build an image with a BuildKit daemon",
		ArgsUsage: "[DIR | URL]",
		Flags:     append(f.inputFlags(), append(f.outputFlags(), f.daemonFlags(getenv)...)...),
		Action: func(ctx context.Context, cmd *cli.Command) (err error) {
			if f.context, err = directory(cmd); err != nil {
				return err
			}
			return run(ctx, f)
		},
	}
}

func text(name, usage string, to *string, aliases ...string) cli.Flag {
	return &cli.StringFlag{Name: name, Aliases: aliases, Usage: usage, Destination: to, Value: *to}
}

func list(name, usage string, to *[]string, aliases ...string) cli.Flag {
	return &cli.StringSliceFlag{Name: name, Aliases: aliases, Usage: usage, Destination: to}
}

func toggle(name, usage string, to *bool) cli.Flag {
	return &cli.BoolFlag{Name: name, Usage: usage, Destination: to}
}

// inputFlags say what is built.
func (f *buildFlags) inputFlags() []cli.Flag {
	return []cli.Flag{
		text("file", "manifest or settings `FILE` (default: DIR/Cargo.toml)", &f.file, "f"),
		text("target", "`NAME` of the binary to build, or of a stage such as test", &f.target),
		list("platform", "`PLATFORM`s of the image, such as linux/arm64,linux/amd64", &f.platforms),
		list("build-arg", "setting as `KEY=VALUE`, or KEY to take the environment's value", &f.buildArgs),
		list("build-context", "named context as `NAME=VALUE`: docker-image://REF, oci-layout://PATH[:TAG|@DIGEST], a URL or a directory", &f.buildContexts),
		list("label", "label of the image as `KEY=VALUE`", &f.labels),
		list("secret", "`SECRET` for the build: id=ID[,src=FILE|,env=NAME]", &f.secrets),
		list("ssh", "forward an SSH `AGENT`: default or ID[=SOCKET|KEY,...]", &f.ssh),
		list("opt", "option of the frontend as `KEY=VALUE`, as it is", &f.options),
		list("allow", "allow an `ENTITLEMENT`, such as network.host", &f.allows),
		toggle("pull", "ask the registry for images even if the daemon has them", &f.pull),
		toggle("no-cache", "run every step again", &f.noCache),
		list("no-cache-filter", "run the steps again that have a `NAME`: toolchain, fetch, plan, deps, source, image, test, check, clippy or doc; or that compile the package or binary of that name", &f.noCacheFilter),
	}
}

// outputFlags say where results go.
func (f *buildFlags) outputFlags() []cli.Flag {
	f.progress = "auto"
	return []cli.Flag{
		list("tag", "`NAME` of the image", &f.tags, "t"),
		list("output", "`OUTPUT` as buildctl takes it: type=image|docker|oci|tar|local[,KEY=VALUE...]", &f.outputs, "o"),
		toggle("load", "load the image into the Docker engine, by its command line", &f.load),
		list("import-cache", "`CACHE` to read, as buildctl takes it: type=TYPE[,KEY=VALUE...]", &f.importCache),
		list("export-cache", "`CACHE` to write, as buildctl takes it: type=TYPE[,KEY=VALUE...]", &f.exportCache),
		text("metadata-file", "write the result's metadata as JSON to `FILE`", &f.metadataFile),
		text("progress", "`MODE`: auto, plain, tty, quiet or rawjson", &f.progress),
	}
}

// daemonFlags say how the daemon is reached.
func (f *buildFlags) daemonFlags(getenv func(string) string) []cli.Flag {
	f.addr = cmp.Or(getenv("BUILDKIT_HOST"), appdefaults.Address)
	return []cli.Flag{
		text("addr", "`ADDRESS` of buildkitd: unix://, tcp://, docker-container://, podman-container://, kube-pod:// or ssh://; $BUILDKIT_HOST", &f.addr),
		text("tlsservername", "`NAME` that the daemon's certificate is for", &f.tlsServerName),
		text("tlscacert", "CA certificate `FILE`", &f.tlsCACert),
		text("tlscert", "client certificate `FILE`", &f.tlsCert),
		text("tlskey", "client key `FILE`", &f.tlsKey),
		text("tlsdir", "`DIR` with ca.pem, cert.pem and key.pem", &f.tlsDir),
	}
}
