#!/bin/sh
# The pages in a real browser: looked at in three widths, with axe, without a network. Needs Chromium and npm, which
# `make test` does not, so it is a step of its own; installs both on Debian and Ubuntu where they are missing.
set -eu
cd "$(dirname "$0")/.."
CARGO="${CARGO:-cargo}"
worlds="target/pages"

missing=""
browser=""
for name in chromium chromium-browser google-chrome; do
  [ -n "$browser" ] || browser="$(command -v "$name" || true)"
done
[ -n "$browser" ] || missing="$missing chromium"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
if [ -n "$missing" ]; then
  echo "installing:$missing"
  if [ "$(id -u)" = 0 ]; then as=""; else as="sudo"; fi
  # shellcheck disable=SC2086 # the list is meant to be split
  $as apt-get update -q && $as apt-get install -y -q --no-install-recommends $missing fonts-dejavu-core
  browser="${browser:-$(command -v chromium)}"
fi
[ -d ci/page/node_modules/puppeteer-core ] || (cd ci/page && npm ci --no-audit --no-fund --silent)

# A true story, what was being said days before, and pages full of hostile text.
$CARGO build --locked --release --quiet -p harkback
$CARGO run --locked --release --quiet -p hark-tell --example gallery -- "$worlds/gallery"
if [ ! -f "$worlds/demo/story.html" ] || [ target/release/hark -nt "$worlds/demo/story.html" ]; then
  rm -rf "$worlds/demo"
  ./target/release/hark demo "$worlds/demo" --quiet >/dev/null
fi
./target/release/hark listen --as-of 2026-03-03T00:00:00Z --since 2026-02-20 --repo "$worlds/demo/repository" \
  --format html --quiet "$worlds/demo/telemetry" >"$worlds/listen.html"

node ci/page/check.mjs "$browser" target/screenshots \
  "story=$worlds/demo/story.html" "listen=$worlds/listen.html" \
  "alerted=$worlds/gallery/alerted.html" "silent=$worlds/gallery/silent.html" \
  "hostile=$worlds/gallery/hostile.html" "patterns=$worlds/gallery/patterns.html" \
  "survey=$worlds/gallery/survey.html"
