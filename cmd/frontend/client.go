//go:build !gateway

package main

import (
	"context"
	"fmt"
	"os"

	"github.com/containerd/log"
	"github.com/moby/buildkit/util/appcontext"
	"github.com/urfave/cli/v3"
)

// runClient runs the command line. What BuildKit's libraries log is left out:
// it is about them, not about the build, whose errors are returned.
func runClient(args []string) error {
	if err := log.SetLevel("fatal"); err != nil {
		return err
	}
	return newApp(buildCommand(os.Getenv, build)).Run(appcontext.Context(), append([]string{"frontend"}, args...))
}

// newApp is the command line around `frontend build`.
func newApp(build *cli.Command) *cli.Command {
	app := &cli.Command{
		Name:  "frontend",
		Usage: "build images of Cargo projects with BuildKit",
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				return fmt.Errorf("there is no command %q; there are: build, plan, version", cmd.Args().First())
			}
			return cli.ShowRootCommandHelp(cmd)
		},
		Commands: []*cli.Command{
			build,
			planCommand(),
			{Name: "version", Usage: "print the version", Action: func(_ context.Context, cmd *cli.Command) error {
				_, err := fmt.Fprintln(cmd.Root().Writer, versionText())
				return err
			}},
		},
	}
	for _, cmd := range append(app.Commands, app) {
		cmd.HideHelpCommand = true
		cmd.DisableSliceFlagSeparator = true // commas belong to the values
		cmd.OnUsageError = func(_ context.Context, cmd *cli.Command, err error, _ bool) error {
			return fmt.Errorf("%w; see %s --help", err, cmd.FullName())
		}
	}
	return app
}

// directory gives the only argument: the build context, the current directory
// when there is none.
func directory(cmd *cli.Command) (string, error) {
	switch args := cmd.Args().Slice(); len(args) {
	case 0:
		return ".", nil
	case 1:
		return args[0], nil
	default:
		return "", fmt.Errorf("%s takes one directory, not %d arguments: %q", cmd.FullName(), len(args), args)
	}
}
