#!/usr/bin/env bash
# Builds the fuzz targets by the preset `fuzz` and runs one after the other, each as long as said.
#   tests/fuzz/run.sh [SECONDS_EACH] [TARGET...]         (default: 600, every target)
# What a run has learnt is kept in build-fuzz/corpus/ and where the next begins. Exit code 1 on a
# finding: its input is kept in build-fuzz/findings/. Mend the fault, and store the input in
# tests/fuzz/corpus/<target>/: from then on it is a test.
set -eu
if [ "${1:-}" = --help ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit 0
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
seconds=${1:-600}
if [ $# -gt 0 ]; then shift; fi
targets=("$@")
if [ $# -eq 0 ]; then mapfile -t targets < <(ls "$here/corpus"); fi

cd "$root"
cmake --preset fuzz >/dev/null
if ! cmake --build --preset fuzz -j "$(nproc)" --target "${targets[@]/#/fuzz_}" \
    >build-fuzz/build.log; then
    tail -n 20 build-fuzz/build.log
    exit 1
fi
export OPENBLAS_NUM_THREADS=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch
failed=0

# fuzz TARGET: one run, with a summary of what libFuzzer counted.
fuzz() {
    local target=$1 log=build-fuzz/$1.log code=0
    mkdir -p "build-fuzz/corpus/$target" build-fuzz/findings
    "build-fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 \
        -max_len=8192 -print_final_stats=1 -artifact_prefix="build-fuzz/findings/$target-" \
        "build-fuzz/corpus/$target" "$here/corpus/$target" >"$log" 2>&1 || code=$?
    local executions covered
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1)
    echo "$target: ${executions:-0} executions in at most $seconds s," \
        "${covered:-nothing covered}, $([ $code -eq 0 ] && echo 'no finding' || echo 'A FINDING')"
    if [ $code -ne 0 ]; then
        failed=1
        grep -E 'FINDING|ERROR|runtime error|SUMMARY|Test unit written' "$log" || tail "$log"
        echo "the whole report: $root/$log"
    fi
}

for target in "${targets[@]}"; do
    fuzz "$target"
done
exit $failed
