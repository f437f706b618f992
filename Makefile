# hufu: build, run and test. `make help` lists the targets.
GO      ?= go
PKGS     = ./...
BIN      = bin/hufu
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo development)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The console is built again when something that it is made of is newer, and its modules are installed again when they are others.
CONSOLE  = $(shell find console/src console/public -type f) console/index.html console/vite.config.ts console/tsconfig.json

console/.stamp-modules: console/package.json console/package-lock.json
	cd console && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

console/.stamp-app: console/.stamp-modules $(CONSOLE)
	cd console && npm run --silent build -- --logLevel warn
	@touch $@

.PHONY: console
console: console/.stamp-app ## Build the web console, which the binary embeds

.PHONY: build
build: console ## Build the binary, with the console, to bin/hufu
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/hufu

.PHONY: run
run: build ## Serve an invented company's account, with a stand-in for WeCom, and print how to log in
	./$(BIN) demo

# What goroutines share is in these; the rest runs without the race detector, under which it takes three times as long.
SHARED   = ./internal/access/... ./internal/audit/... ./internal/authzen/... ./internal/cache/... ./internal/component/... ./internal/console/... ./internal/credential/... ./internal/eiam/rest/... ./internal/directory/... ./internal/gateway/... ./internal/store/... ./internal/wecom/... ./pep/...

# Databases of tests live in memory where there is room for them: most of a test's time would be the disk's.
INMEMORY = $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4194304 { print "TMPDIR=/dev/shm" }')

.PHONY: test
test: check build ## Run all tests: checks, unit and black-box tests on both engines, race detector where memory is shared, a browser's
	cd console && npm run --silent check && npm run --silent test && npm run --silent size
	$(INMEMORY) $(GO) test -timeout 20m ./test $$($(GO) list $(PKGS) | grep -vxF "$$($(GO) list $(SHARED))")
	$(INMEMORY) $(GO) test -race -timeout 20m $(SHARED)
	$(INMEMORY) ./scripts/browser

.PHONY: race
race: ## Run all unit tests with the race detector
	$(GO) test -race -timeout 30m $(PKGS)

.PHONY: check
check: ## Check formatting, vet, staticcheck, generated files, imports, coverage of the public packages
	./scripts/check

.PHONY: generate
generate: ## Write the files that are generated from api/
	$(GO) generate ./internal/wire

.PHONY: bench
bench: ## Measure hufu against its peers and write docs/benchmarks.md
	cd bench && $(GO) run .

.PHONY: fuzz
fuzz: ## Fuzz everything that reads bytes from outside, half a minute a target
	./scripts/fuzz 30s
