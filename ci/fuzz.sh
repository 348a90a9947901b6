#!/bin/sh
# Fuzzes every target for some seconds (default 20) on stable Rust: `sh ci/fuzz.sh [SECONDS] [TARGET...]`.
#
# These are the flags that cargo-fuzz gives to rustc, without the sanitizers that only a nightly has: there is no unsafe code of
# ours for them to watch. What is found is left in fuzz/artifacts, and the exit code is that of the first that failed.
set -eu
cd "$(dirname "$0")/.."
SECONDS_EACH="${1:-20}"
[ $# -eq 0 ] || shift
TARGETS="${*:-shapes ingest stamps code}"
HOST="$(rustc -vV | sed -n 's/^host: //p')"
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
 -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1"
# With a target named, build scripts and macros are built without the flags.
cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$HOST"
FOUND="$(mktemp -d)"
trap 'rm -rf "$FOUND"' EXIT
for TARGET in $TARGETS; do
    mkdir -p "$FOUND/$TARGET" "fuzz/artifacts/$TARGET"
    # What it finds on the way goes to a folder of its own; the committed corpus is only read.
    "fuzz/target/$HOST/release/$TARGET" "$FOUND/$TARGET" "fuzz/corpus/$TARGET" \
        -max_total_time="$SECONDS_EACH" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -seed=1 \
        -artifact_prefix="fuzz/artifacts/$TARGET/" -print_final_stats=1 >"$FOUND/log" 2>&1 || {
        tail -n 60 "$FOUND/log"
        exit 1
    }
    EXECUTIONS="$(sed -n 's/^stat::number_of_executed_units: *//p' "$FOUND/log")"
    COVERED="$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$FOUND/log" | tail -n 1)"
    echo "fuzz $TARGET: $EXECUTIONS executions in $SECONDS_EACH s, $COVERED edges, nothing found"
done
