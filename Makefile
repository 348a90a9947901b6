# What a newcomer needs: `make demo` and `make test`. Both do all the set-up that they need.

.PHONY: demo test build setup bench bench-stories bench-quiet bench-laws

CARGO ?= cargo
DATA ?= ../shared/data
export INSTA_UPDATE := no

demo: setup ## a small world with a known story, told within minutes of a clean clone
	$(CARGO) run --release --locked -p harkback -- demo demo

test: setup ## format, lints, all tests, and the demo for real
	sh ci/test.sh

build: setup
	$(CARGO) build --release --locked -p harkback

setup:
	@sh ci/setup.sh

bench: build ## speed beside wc and grep
	$(CARGO) run --release --locked -p hark-bench -- speed

bench-stories: build ## stories and quiet worlds, scored against their written truth
	$(CARGO) run --release --locked -p hark-bench -- stories

bench-quiet: build
	$(CARGO) run --release --locked -p hark-bench -- quiet

bench-laws: build
	$(CARGO) run --release --locked -p hark-bench -- laws --moments 200
