#!/usr/bin/env bash
# Runs clang-tidy over the sources, or over the files given, by the build's compile_commands.json.
#   scripts/lint.sh [BUILD_FOLDER [FILE...]]       (default: build, all of src/)
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build=${1:-$root/build}
files=("${@:2}")
if [ ! -f "$build/compile_commands.json" ]; then
    echo "lint.sh: no compile_commands.json in $build; build first" >&2
    exit 1
fi
if ! command -v clang-tidy >/dev/null; then
    echo "lint.sh: clang-tidy is missing; scripts/install-deps.sh --dev installs it" >&2
    exit 1
fi
if [ ${#files[@]} -eq 0 ]; then
    mapfile -t files < <(find "$root/src" -name '*.c' | sort)
fi
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy --quiet -p "$build"
