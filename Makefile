# What a newcomer needs: `make demo` and `make test`. Both do all the set-up that they need.

.PHONY: demo test build setup bench bench-stories bench-quiet bench-laws bench-patterns bench-metrics

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

# The other miner lives in a folder of its own; where it cannot be had, the bench says so.
DRAIN3 := target/drain3

bench-patterns: build ## are log lines told apart as people tell them apart? beside Drain3 on the same lines
	@[ -x $(DRAIN3)/bin/python ] || python3 -m venv $(DRAIN3) || true
	@$(DRAIN3)/bin/python -c 'import drain3' 2>/dev/null || $(DRAIN3)/bin/pip install --quiet drain3==0.9.11 || true
	$(CARGO) run --release --locked -p hark-bench -- patterns --data $(DATA) --python $(DRAIN3)/bin/python

bench-metrics: build ## is what people labelled in series heard, and nothing else?
	$(CARGO) run --release --locked -p hark-bench -- metrics --data $(DATA)
