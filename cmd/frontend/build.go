//go:build !gateway

package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"github.com/docker/cli/cli/config"
	"github.com/moby/buildkit/client"
	bkbuild "github.com/moby/buildkit/cmd/buildctl/build"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"
	"github.com/moby/buildkit/util/progress/progressui"
	"golang.org/x/sync/errgroup"

	"github.com/org/rust-frontend/frontend"
)

// build runs the frontend in this process against a daemon.
func build(ctx context.Context, f *buildFlags) error {
	opt, err := solveOpt(f)
	if err != nil {
		return err
	}
	if opt.Session, err = attachables(f); err != nil {
		return err
	}
	mode := f.progress
	if env := os.Getenv("BUILDKIT_PROGRESS"); env != "" && mode == "auto" {
		mode = env
	}
	display, err := progressui.NewDisplay(os.Stderr, progressui.DisplayMode(mode))
	if err != nil {
		return err
	}
	c, err := connect(ctx, f)
	if err != nil {
		return err
	}
	defer c.Close()

	status := make(chan *client.SolveStatus)
	var response *client.SolveResponse
	var warnings []client.VertexWarning
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		response, err = c.Build(ctx, opt, "rust-frontend", frontend.Build, status)
		return err
	})
	group.Go(func() (err error) {
		// Until the channel is closed: an error shows below what led to it.
		warnings, err = display.UpdateFrom(context.WithoutCancel(ctx), status)
		return err
	})
	err = group.Wait()
	if mode != string(progressui.RawJSONMode) && mode != string(progressui.QuietMode) {
		printWarnings(warnings)
		if err == nil && len(opt.Exports) == 0 {
			fmt.Fprintln(os.Stderr, "warning: the image is in the build cache only; take it out with --tag, --output or --load")
		}
	}
	if err != nil {
		return err
	}
	return writeMetadata(f.metadataFile, response.ExporterResponse)
}

func printWarnings(warnings []client.VertexWarning) {
	for _, w := range warnings {
		at := ""
		if w.SourceInfo != nil {
			at = w.SourceInfo.Filename + ": "
			if len(w.Range) > 0 {
				at = fmt.Sprintf("%s:%d: ", w.SourceInfo.Filename, w.Range[0].Start.Line)
			}
		}
		fmt.Fprintf(os.Stderr, "warning: %s%s\n", at, w.Short)
	}
}

// attachables are what the daemon may ask this process for: the credentials of
// registries, secrets and SSH agents.
func attachables(f *buildFlags) ([]session.Attachable, error) {
	out := []session.Attachable{authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: authprovider.LoadAuthConfig(config.LoadDefaultConfigFile(os.Stderr)),
	})}
	if len(f.ssh) > 0 {
		configs, err := bkbuild.ParseSSH(f.ssh)
		if err != nil {
			return nil, err
		}
		agent, err := sshprovider.NewSSHAgentProvider(configs)
		if err != nil {
			return nil, err
		}
		out = append(out, agent)
	}
	if len(f.secrets) > 0 {
		secrets, err := bkbuild.ParseSecret(f.secrets)
		if err != nil {
			return nil, err
		}
		out = append(out, secrets)
	}
	return out, nil
}

// writeMetadata writes the exporters' answers; values that are JSON in base64
// are decoded, as buildctl and buildx do.
func writeMetadata(file string, response map[string]string) error {
	if file == "" {
		return nil
	}
	out := map[string]any{}
	for key, value := range response {
		out[key] = value
		var object map[string]any
		data, err := base64.StdEncoding.DecodeString(value)
		if err == nil && json.Unmarshal(data, &object) == nil && len(object) > 0 {
			out[key] = json.RawMessage(data)
		}
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the metadata: %w", err)
	}
	return nil
}
