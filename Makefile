# Leftfold: `make run` opens the window on the demo, `make test` passes all tests. Each target sets up what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
with := source .ci/env;

# AppImages are made with tools that the bundler fetches; where it cannot, leave it at these.
BUNDLES ?= deb,rpm

.PHONY: help run test bench lint dist test-dist pictures types ui desktop fixtures clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: ## Open the window on the demo (with no display: run the demo on the command line)
	@.ci/setup run
	@.ci/run-demo

test: ## Set up everything and pass all tests
	@.ci/setup test
	@.ci/test

bench: ## Measure against the targets and the peers, print a table
	@.ci/setup bench
	@.ci/bench

lint: ## Formats, lints and docs, warnings denied
	@.ci/setup lint
	@.ci/lint

dist: ## Build the packages (deb, rpm; BUNDLES=deb,rpm,appimage) into dist/
	@.ci/setup dist
	@$(MAKE) --no-print-directory ui
	@$(with) cargo build --quiet --release -p leftfold
	@mkdir -p target/package dist
	@strip --strip-debug -o target/package/leftfold target/release/leftfold
	@target/package/leftfold man > target/package/leftfold.1
	@for shell in bash zsh fish; do target/package/leftfold completions $$shell > target/package/leftfold.$$shell; done
	@$(with) cd src-tauri && cargo tauri build --no-bundle && strip --strip-debug ../target/release/leftfold-desktop && cargo tauri bundle --bundles $(BUNDLES)
	@find target/release/bundle \( -name '*.deb' -o -name '*.rpm' -o -name '*.AppImage' \) -exec cp {} dist/ \; && ls -l dist

test-dist: ## Install the deb of dist/, try all it brings, and remove it (needs root or sudo)
	@.ci/setup test-dist
	@.ci/test-dist

pictures: ## Take README's pictures of the window anew
	@.ci/setup test
	@$(MAKE) --no-print-directory desktop
	@$(with) LEFTFOLD_DESKTOP=$$PWD/target/debug/leftfold-desktop cargo test --quiet --workspace --test window -- pictures:: kafka::a_topic_is_browsed
	@for picture in light dark compare; do cp target/screenshots/readme-*-window-$$picture.png docs/window-$$picture.png; done
	@cp target/screenshots/kafka-*-topic.png docs/window-kafka.png

types: ## Write the window's TypeScript types anew from Rust
	@$(with) cargo run --quiet -p leftfold-session --example types > ui/src/ipc/contract.ts.new
	@mv ui/src/ipc/contract.ts.new ui/src/ipc/contract.ts

ui: ## Build the window's UI
	@.ci/build-ui

desktop: ui ## Build the window
	@$(with) cargo build -p leftfold -p leftfold-desktop

fixtures: ## Event files written by the real libraries, below target/fixtures
	@$(with) tests/fixtures/make.sh

clean: ## Remove what was built
	rm -rf target ui/dist ui/node_modules dist
