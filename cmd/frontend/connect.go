//go:build !gateway

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/client"

	// The schemes of --addr beside unix:// and tcp://.
	_ "github.com/moby/buildkit/client/connhelper/dockercontainer"
	_ "github.com/moby/buildkit/client/connhelper/kubepod"
	_ "github.com/moby/buildkit/client/connhelper/podmancontainer"
	_ "github.com/moby/buildkit/client/connhelper/ssh"
)

// connect reaches the daemon and makes sure that it answers.
func connect(ctx context.Context, f *buildFlags) (*client.Client, error) {
	opts, err := tlsOptions(f)
	if err != nil {
		return nil, err
	}
	c, err := client.New(ctx, f.addr, opts...)
	if err == nil {
		if _, err = c.ListWorkers(ctx); err == nil {
			return c, nil
		}
		_ = c.Close() // the first error is the one to show
	}
	return nil, fmt.Errorf("connect to BuildKit at %s; choose another address with --addr or BUILDKIT_HOST: %w", f.addr, err)
}

// tlsOptions reads the flags that begin with "tls".
func tlsOptions(f *buildFlags) ([]client.ClientOpt, error) {
	ca, cert, key := f.tlsCACert, f.tlsCert, f.tlsKey
	if f.tlsDir != "" {
		if ca != "" || cert != "" || key != "" {
			return nil, errors.New("--tlsdir takes the place of --tlscacert, --tlscert and --tlskey: use one or the other")
		}
		for _, file := range []struct {
			to    *string
			names []string
		}{
			{&ca, []string{"ca.pem", "ca.crt"}}, {&cert, []string{"cert.pem", "tls.crt"}}, {&key, []string{"key.pem", "tls.key"}},
		} {
			var err error
			if *file.to, err = firstFile(f.tlsDir, file.names); err != nil {
				return nil, err
			}
		}
	}
	name := f.tlsServerName
	if name == "" {
		u, err := url.Parse(f.addr)
		if err != nil {
			return nil, fmt.Errorf("--addr: %w", err)
		}
		name = u.Hostname()
	}
	var opts []client.ClientOpt
	if ca != "" {
		opts = append(opts, client.WithServerConfig(name, ca))
	}
	if cert != "" || key != "" {
		opts = append(opts, client.WithCredentials(cert, key))
	}
	return opts, nil
}

func firstFile(dir string, names []string) (string, error) {
	for _, name := range names {
		if file := filepath.Join(dir, name); exists(file) {
			return file, nil
		}
	}
	return "", fmt.Errorf("--tlsdir %s has none of the files %q", dir, names)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
