#!/bin/sh
# All that must hold before a change lands. Needs no network beyond the crates registry.
set -eu
cd "$(dirname "$0")/.."
CARGO="${CARGO:-cargo}"

step() { printf '\n== %s\n' "$*"; }

step "format"
$CARGO fmt --all --check

step "lints"
$CARGO clippy --locked --workspace --all-targets --quiet -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" $CARGO doc --locked --workspace --no-deps --quiet

step "tests"
$CARGO test --locked --workspace --quiet

step "the demo, for real, against its schema and its truth"
$CARGO build --locked --release --quiet -p harkback -p hark-bench
demo=$(mktemp -d)
trap 'rm -rf "$demo"' EXIT
./target/release/hark demo "$demo/world" --format json >"$demo/story.json"
./target/release/hark-bench check "$demo/story.json" --schema docs/schema/story.json --truth "$demo/world/truth.json"

step "the tour, command by command"
./target/release/hark-bench tour docs/tour.md
