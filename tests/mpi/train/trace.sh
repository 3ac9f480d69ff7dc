#!/usr/bin/env bash
# Proves of train.trace: every rank's steps are there, as many as asked for; phases lie within their
# steps and layers within their phases, and none begins before the one beside it has ended; a sum
# ends on no rank before it has begun on all, by one clock; the run's digest is that of a run
# without a trace; one that is shorter writes what there is; a file that can't be written is refused
# before anything is made.
#   trace.sh LOCKSTEP
set -eu
. "$(dirname "$0")/../../fault/ended_run.sh"

epochs=1

# run NAME RANKS CODE [SETTING...]
run() {
    folder=$work/$1
    local ranks=$2 expected=$3 code=0
    shift 3
    "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" train "$root/tests/chaos/small.ini" \
        "train.epochs=$epochs" "train.out=$folder" "$@" --quiet >"$folder.out" 2>&1 || code=$?
    [ $code -eq "$expected" ] || fail "exit code $code instead of $expected"
}

# An event as "rank category begin end name", in nanoseconds, in order of rank and begin, the
# longest first. False when the file is not whole.
events() { # FILE
    awk -F'"' '
        NR == 1 && $0 !~ /^\{"displayTimeUnit": "ms", "traceEvents": \[$/ { exit 1 }
        /"ph": "X"/ {
            match($0, /"pid": [0-9]+/); rank = substr($0, RSTART + 7, RLENGTH - 7)
            match($0, /"ts": -?[0-9.]+/); begin = substr($0, RSTART + 6, RLENGTH - 6) * 1000
            match($0, /"dur": [0-9.]+/); end = begin + substr($0, RSTART + 7, RLENGTH - 7) * 1000
            match($0, /"name": "[^"]*"/); name = substr($0, RSTART + 9, RLENGTH - 10)
            match($0, /"cat": "[a-z]*"/); category = substr($0, RSTART + 8, RLENGTH - 9)
            gsub(/ /, "_", name)
            printf "%d %s %.0f %.0f %s\n", rank, category, begin, end, name
        }
        { last = $0 }
        END { if (last != "]}") exit 1 }' "$1" | sort -k1,1n -k3,3n -k4,4nr
}

# Each event lies within the one that is open, or begins when that has ended; a nanosecond is lost
# in the text.
require_nested() {
    awk '
        $1 != rank { rank = $1; depth = 0 }
        {
            while (depth > 0 && $3 >= ends[depth] - 2) depth--
            if (depth > 0 && $4 > ends[depth] + 2) { print "not nested: " $0; exit 1 }
            if ($2 == "step" && depth != 0) { print "a step within another: " $0; exit 1 }
            if ($2 == "phase" && (depth == 0 || cats[depth] == "forward")) {
                print "a phase outside of a step: " $0; exit 1
            }
            # Of dense layers, ranks make the sums of gradients together.
            made = $2 == "backward" && names[depth] == "reduce" && $5 ~ /dense/
            if (($2 == "forward" || $2 == "backward") && names[depth] != $2 && !made) {
                print "a layer outside of its phase: " $0; exit 1
            }
            depth++
            ends[depth] = $4; cats[depth] = $2; names[depth] = $5
        }' "$work/events" || fail "events are not nested"
}

# Within each step the last sum begins on every rank before it ends on any.
require_one_clock() {
    awk '
        $2 == "step" { step[$1] = $5 }
        $5 == "reduce" {
            begin[step[$1], $1] = $3; end[step[$1], $1] = $4
            ranks[$1] = 1; steps[step[$1]] = 1
        }
        END {
            for (s in steps) for (a in ranks) for (b in ranks)
                if (end[s, a] < begin[s, b]) {
                    print s ": rank " a " was done before rank " b " came"
                    exit 1
                }
        }' "$work/events" || fail "the clocks differ"
}

count() { awk -v "rank=$1" -v "what=$2" '$1 == rank && $2 == what' "$work/events" | wc -l; }

what='without a trace'
run plain 2 0
what='three ranks, three steps'
run traced 3 0 "train.trace=$work/trace.json" train.trace_steps=3
[ "$(field "$work/traced" state_digest)" = "$(field "$work/plain" state_digest)" ] ||
    fail "another digest than without a trace"
events "$work/trace.json" >"$work/events" || fail "the file is not whole"
for rank in 0 1 2; do
    [ "$(count $rank step)" -eq 3 ] || fail "rank $rank has $(count $rank step) steps"
    for name in batch forward loss backward fixed_point reduce optimizer; do
        grep -q "^$rank phase .* $name\$" "$work/events" || fail "rank $rank has no $name"
    done
    grep -q "^$rank forward .* encoder/0-conv\$" "$work/events" || fail "rank $rank has no layers"
    grep -q "\"name\": \"rank $rank on $(hostname)\"" "$work/trace.json" ||
        fail "rank $rank has no name"
done
require_nested
require_one_clock

what='shorter than the trace'
run short 2 0 train.max_steps=2 "train.trace=$work/short.json"
events "$work/short.json" >"$work/events" || fail "the file is not whole"
[ "$(count 1 step)" -eq 2 ] || fail "rank 1 has $(count 1 step) steps"

what='more than there is room for'
epochs=30 run full 1 0 "train.trace=$work/full.json" train.trace_steps=100000
says 'train.trace: no room for [0-9]+ events of rank 0: choose fewer train.trace_steps'
events "$work/full.json" >"$work/events" || fail "the file is not whole"

what='a file that can not be written'
run never 2 1 "train.trace=$work/nowhere/trace.json"
says "^lockstep: train.trace = $work/nowhere/trace.json; .*No such file"
[ ! -e "$work/never" ] || fail "it left a run folder"
echo "$me: traces are whole, nested and by one clock"
