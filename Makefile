# What a newcomer needs: `make demo` and `make test`. Both do all the set-up that they need.

.PHONY: demo test test-pages picture build setup bench bench-endurance bench-stories bench-quiet bench-laws bench-patterns bench-metrics bench-many fuzz

CARGO ?= cargo
DATA ?= ../shared/data
export INSTA_UPDATE := no

demo: setup ## a small world with a known story, told within minutes of a clean clone
	$(CARGO) run --release --locked -p harkback -- demo demo

test: setup ## format, lints, all tests, and the demo for real
	sh ci/test.sh

test-pages: setup ## the pages in a real browser (installs Chromium and npm where they are missing)
	sh ci/page.sh

picture: build ## docs/story.svg anew, as the demo draws it
	rm -rf target/picture
	target/release/hark demo target/picture --quiet >/dev/null
	cp target/picture/story.svg docs/story.svg

build: setup
	$(CARGO) build --release --locked -p harkback

setup:
	@sh ci/setup.sh

bench: build drain3 beside ## speed beside wc and grep, and Drain3 for patterns
	$(CARGO) run --release --locked -p hark-bench -- speed
	$(CARGO) run --release --locked -p hark-bench -- speed patterns --data $(DATA) --python $(DRAIN3)/bin/python
	$(CARGO) run --release --locked -p hark-bench -- speed metrics --python $(BESIDE)/bin/python

bench-endurance: build ## is it as fast and as small at the end, and under a flood? an hour or more
	$(CARGO) run --release --locked -p hark-bench -- endurance

SECONDS ?= 20

fuzz: setup ## any bytes as messages, files, stamps and code
	sh ci/fuzz.sh $(SECONDS)

bench-stories: build ## stories and quiet worlds, scored against their written truth
	$(CARGO) run --release --locked -p hark-bench -- stories

bench-quiet: build
	$(CARGO) run --release --locked -p hark-bench -- quiet

bench-laws: build
	$(CARGO) run --release --locked -p hark-bench -- laws --moments 200

# The other miner lives in a folder of its own; where it cannot be had, the bench says so.
DRAIN3 := target/drain3

.PHONY: drain3
drain3:
	@[ -x $(DRAIN3)/bin/python ] || python3 -m venv $(DRAIN3) || true
	@$(DRAIN3)/bin/python -c 'import drain3' 2>/dev/null || $(DRAIN3)/bin/pip install --quiet drain3==0.9.11 || true

bench-patterns: build drain3 ## are log lines told apart as people tell them apart? beside Drain3 on the same lines
	$(CARGO) run --release --locked -p hark-bench -- patterns --data $(DATA) --python $(DRAIN3)/bin/python

BESIDE := target/beside

.PHONY: beside
beside:
	@[ -x $(BESIDE)/bin/python ] || python3 -m venv $(BESIDE) || true
	@$(BESIDE)/bin/python -c 'import river, ruptures' 2>/dev/null || $(BESIDE)/bin/pip install --quiet river==0.26.1 ruptures==1.1.10 || true

bench-metrics: build beside ## is what people labelled in series heard, and nothing else? beside river and ruptures
	$(CARGO) run --release --locked -p hark-bench -- metrics --data $(DATA) --python $(BESIDE)/bin/python

bench-many: build ## a hundred thousand series over five weeks: ten minutes of CPU, 8 GB of disk
	$(CARGO) run --release --locked -p hark-bench -- speed many
