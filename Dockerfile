# The frontend image. There is no syntax line on purpose: the daemon's own
# Dockerfile frontend is enough, and nothing has to be pulled to build it.

FROM --platform=$BUILDPLATFORM golang:1.26.8-alpine AS build
WORKDIR /src
ARG TARGETOS TARGETARCH
# For a module mirror of your own.
ARG GOPROXY
# The tag leaves out the command line, which needs BuildKit's whole client.
ENV CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH GOMODCACHE=/cache/mod GOCACHE=/cache/build
# No shell: the test bed replaces the golang image by one that has none.
RUN --mount=type=bind,target=. \
    --mount=type=cache,target=/cache/mod \
    --mount=type=cache,target=/cache/build \
    ["go", "build", "-trimpath", "-tags=gateway", "-ldflags=-s -w", "-o", "/out/frontend", "./cmd/frontend"]

FROM scratch
# BuildKit reads these two: which parts of its protocol may be used, and that
# the frontend itself needs no network.
LABEL moby.buildkit.frontend.network.none="true"
LABEL moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring"
ARG VERSION=dev
LABEL org.opencontainers.image.title="rust-frontend" \
      org.opencontainers.image.description="BuildKit frontend that turns a Cargo project into a scratch image" \
      org.opencontainers.image.source="https://github.com/org/rust-frontend" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /out/frontend /frontend
ENTRYPOINT ["/frontend"]
