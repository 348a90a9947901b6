#!/bin/sh
# Makes sure that what the build and the demo need is there: a C compiler (for zstd), git, and Rust itself.
set -eu

missing=""
command -v cc >/dev/null 2>&1 || missing="$missing build-essential"
command -v git >/dev/null 2>&1 || missing="$missing git"
if [ -n "$missing" ]; then
  echo "installing:$missing"
  if [ "$(id -u)" = 0 ]; then as=""; else as="sudo"; fi
  # shellcheck disable=SC2086 # the list is meant to be split
  $as apt-get update -q && $as apt-get install -y -q --no-install-recommends $missing
fi
if ! command -v cargo >/dev/null 2>&1; then
  echo "hark needs Rust (1.95 or newer): install it with rustup, see https://rustup.rs" >&2
  exit 2
fi
