#!/usr/bin/env bash
# Proves that a training step takes no more instructions than it used to, on the AVX2 path: at most
# the recorded figure and 5 %. Instructions are counted, not timed (valgrind's callgrind): the same
# on an idle machine and on a busy one. Fewer by more than 5 % fails too, so that the figure is
# recorded anew and what was gained is kept.
#   instructions.sh ONE_STEP COMPILER        after a change that is meant: write the figure printed
set -eu
one_step=$1 compiler=$2
recorded=$(sed -n "s/^$compiler //p" "$(dirname "$0")/instructions.txt")
skip() {
    echo "skipped: $1"
    exit 77
}
command -v valgrind >/dev/null || skip "valgrind is not installed"
grep -qw avx2 /proc/cpuinfo || skip "this CPU has no AVX2"
[ -n "$recorded" ] || skip "no figure is recorded for $compiler"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

valgrind --tool=callgrind --toggle-collect=counted_step --callgrind-out-file="$work/out" \
    "$one_step" avx2 >"$work/said" 2>&1 ||
    skip "valgrind does not work here: $(tail -n 3 "$work/said")"
counted=$(sed -n 's/^summary: //p' "$work/out")
echo "instructions of a step of 32 images: $counted; recorded $recorded"
awk -v counted="$counted" -v recorded="$recorded" 'BEGIN {
    if (counted > 1.05 * recorded) { print "FAILED: more than the recorded figure and 5 %"; exit 1 }
    if (counted < 0.95 * recorded) { print "FAILED: less by 5 %: record the new figure"; exit 1 }
}'
