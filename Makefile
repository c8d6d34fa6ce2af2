# Everything that CI and a person run. `make help` lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# Settings of `make bench` and `make reproduce`; see docs/bench.md and
# docs/reproduce.md.
# PROJECT is a directory, crates.io:NAME@VERSION or git:URL@TAG.
# ARGS are build arguments: NAME=VALUE, separated by spaces.
# SCENARIOS and PEERS are lists; those left out are in docs/bench.md too.
PROJECT ?=
BIN ?=
SCENARIOS ?=
PEERS ?=
RUNS ?=
JSON ?=
BUMP ?=
ARGS ?=
# Settings of `make oracle`.
N ?=
SEED ?=

LINT := .testbed/bin/golangci-lint
WITH_TESTBED := set -a; . ./.testbed/env; set +a;

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' Makefile

.PHONY: test
test: lint test-short testbed test-executor ## lint, unit tests, and the integration tests against a real BuildKit
	$(WITH_TESTBED) go test -count=1 -timeout 80m ./integration/...

.PHONY: test-real
test-real: testbed ## build every real project, with each toolchain image too, compare it with plain cargo, and ask for each stage
	$(WITH_TESTBED) go test -count=1 -timeout 480m -v ./integration -run 'TestRealProjects|TestRealToolchains|TestRealTargets' -real=all

.PHONY: test-short
test-short: ## unit tests only: no root, no network, no daemon
	go test -short ./...

.PHONY: oracle
oracle: testbed ## compare N= random edits of random workspaces with plain cargo, from the workspace SEED= on
	$(WITH_TESTBED) go test -count=1 -timeout 600m -v ./integration -run 'TestOracle' $(if $(N),-oracle=$(N)) $(if $(SEED),-oracle-seed=$(SEED))

.PHONY: cargo-suite
cargo-suite: testbed ## build all projects after cargo's own tests, with plain cargo too (docs/cargo-suite.md)
	$(WITH_TESTBED) go test -count=1 -timeout 60m ./integration -run TestCargoSuite -cargo-all -cargo-oracle

.PHONY: test-executor
test-executor: testbed ## the step executor's own tests, in the toolchain image
	testbed/executor.sh

.PHONY: lint
lint: $(LINT) ## golangci-lint over the repository
	$(LINT) run ./...

.PHONY: fmt
fmt: $(LINT) ## format the Go code
	$(LINT) fmt ./...

$(LINT): testbed/tools/lint/go.mod
	mkdir -p $(@D)
	go build -C testbed/tools/lint -trimpath -buildvcs=false -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	touch $@

.PHONY: testbed
testbed: ## BuildKit, a Rust toolchain image and the frontend image, on Debian as root
	testbed/up.sh

.PHONY: frontend-image
frontend-image: ## rebuild the frontend image in a running test bed
	testbed/frontend-image.sh

.PHONY: testbed-down
testbed-down: ## stop the test bed's BuildKit, keep its state
	testbed/down.sh

.PHONY: testbed-clean
testbed-clean: ## stop it and remove its state
	testbed/down.sh --clean

.PHONY: demo
demo: testbed ## build, run, edit and rebuild examples/hello
	testbed/demo.sh

.PHONY: bench
bench: testbed ## measure (docs/bench.md): PROJECT= BIN= SCENARIOS= PEERS= RUNS= JSON= BUMP=
	$(WITH_TESTBED) go run ./integration/bench \
		$(if $(PROJECT),-project '$(PROJECT)') $(if $(BIN),-bin '$(BIN)') \
		$(if $(SCENARIOS),-scenarios '$(SCENARIOS)') $(if $(PEERS),-peers '$(PEERS)') \
		$(if $(RUNS),-runs '$(RUNS)') $(if $(JSON),-json '$(JSON)') $(if $(BUMP),-bump '$(BUMP)')

.PHONY: reproduce
reproduce: testbed ## build PROJECT= twice and compare the images (docs/reproduce.md): BIN= ARGS=
	$(WITH_TESTBED) go run ./integration/reproduce -project '$(PROJECT)' $(if $(BIN),-bin '$(BIN)') \
		$(foreach arg,$(ARGS),-build-arg '$(arg)')
