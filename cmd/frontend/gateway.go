package main

import (
	"runtime/debug"
	"strings"

	"github.com/moby/buildkit/frontend/gateway/grpcclient"
	"github.com/moby/buildkit/util/appcontext"

	// BuildKit's messages are encoded by its own codec.
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto"

	"github.com/org/rust-frontend/frontend"
)

// startedByBuildKit tells whether an environment is that of a frontend
// container (frontend/gateway of BuildKit).
func startedByBuildKit(environ []string) bool {
	for _, e := range environ {
		if strings.HasPrefix(e, "BUILDKIT_SESSION_ID=") || strings.HasPrefix(e, "BUILDKIT_FRONTEND_OPT_") {
			return true
		}
	}
	return false
}

// serve runs the frontend over the connection that BuildKit gives it on
// standard input and output.
func serve() error {
	// A build that compiles nothing is a third of a second of many small messages, and collecting
	// them as often as a long-lived program does takes a tenth of it.
	debug.SetGCPercent(400)
	return grpcclient.RunFromEnvironment(appcontext.Context(), frontend.Build)
}
