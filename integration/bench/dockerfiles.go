package main

import (
	"fmt"
	"strings"
)

// chefVersion is the pinned cargo-chef.
const chefVersion = "0.1.78"

// base is the first stage of every recipe. The machine's trust store goes in,
// because cargo downloads from within a container there.
const base = `FROM toolchain AS base
COPY --from=certs ca-certificates.crt /etc/ssl/certs/

`

// seedDockerfile is the recipe that most people write by hand: compile an
// empty main first, so that the dependencies become a layer.
func seedDockerfile(bin string) string {
	return fill(base+`FROM base AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && \
    cargo build --release --locked --target TARGET --bin BIN
COPY src src
RUN touch src/main.rs && cargo build --release --locked --target TARGET --bin BIN

FROM scratch
COPY --from=build /src/target/TARGET/release/BIN /BIN
ENTRYPOINT ["/BIN"]
`, bin)
}

// chefDockerfile follows the README of cargo-chef, with a musl target and a
// scratch image at the end.
func chefDockerfile(bin string) string {
	return fill(base+`FROM base AS chef
COPY --from=chef-bin cargo-chef /usr/local/bin/
WORKDIR /app

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS builder
COPY --from=planner /app/recipe.json recipe.json
RUN cargo chef cook --release --target TARGET --recipe-path recipe.json
COPY . .
RUN cargo build --release --target TARGET --bin BIN

FROM scratch AS runtime
COPY --from=builder /app/target/TARGET/release/BIN /BIN
ENTRYPOINT ["/BIN"]
`, bin)
}

// cacheMountDockerfile keeps the registry and the target directory in cache
// mounts, which stay on the daemon and are never exported.
func cacheMountDockerfile(bin string) string {
	return fill(base+`FROM base AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cargo/registry \
    --mount=type=cache,target=/root/.cargo/git \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --target TARGET --bin BIN && \
    cp target/TARGET/release/BIN /BIN

FROM scratch
COPY --from=build /BIN /BIN
ENTRYPOINT ["/BIN"]
`, bin)
}

// warmDockerfile unpacks the toolchain image and starts a container from it.
// The argument keeps the step from being taken from an imported cache.
const warmDockerfile = `FROM toolchain
RUN ["cargo", "--version"]
`

func fill(recipe, bin string) string {
	return strings.NewReplacer("TARGET", target, "BIN", bin).Replace(recipe)
}

// frontendSource is the name that stands for the frontend image; it is looked
// up among the named contexts, never in a registry.
const frontendSource = "org/rust-frontend"

// ociContext is the value of a named context that is an image in a layout.
func ociContext(store string, l layout) string {
	return fmt.Sprintf("oci-layout://%s@%s", store, l.digest)
}
