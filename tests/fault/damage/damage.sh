#!/usr/bin/env bash
# Proves that damage to checkpoints costs a run steps and nothing else. A run is stopped in its
# middle; each case damages a copy of its folder and resumes it on 1, 2 or 3 ranks in turn. It must
# say what it skipped and why, go on from the newest whole file, and, where the case runs to its
# end, end with the digests, metrics.csv and last.h5 of a run that was never stopped. Other cases
# run one step further. With all files damaged it is refused with exit code 1 and the folder is left
# alone.
#   damage.sh LOCKSTEP
# Prints a row a case: damage | ranks | how far | what the program said.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
lockstep=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-damage.XXXXXX")
job=0
quit() {
    [ "$job" -eq 0 ] || kill "$job" 2>/dev/null || true
    rm -rf "$work"
}
trap quit EXIT
cases=0 failures=0
LIMIT=60 # seconds; longer is a hang
run=$work/run
checkpoints=$run/checkpoints
as=() # who resumes: words before the command

fail() {
    echo "damage.sh: $1" >&2
    failures=$((failures + 1))
}

train() { # RANKS FOLDER [WORDS...]
    local ranks=$1 folder=$2
    shift 2
    set -- "$lockstep" train "$root/tests/chaos/small.ini" train.epochs=4 train.out="$folder" "$@"
    [ "$ranks" -eq 1 ] || set -- "$root/scripts/mpirun-test.sh" "$ranks" "$@"
    "${as[@]}" timeout -k 5 $LIMIT "$@" >"$work/out" 2>"$work/err" </dev/null
}

field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$1/summary.json"; }

# Files of checkpoints, newest first; of one step, step-*.h5 before best-*.h5.
newest() { # FOLDER N: the N-th
    find "$1/checkpoints" -name '[bs]*-*[0-9].h5' -printf '%f\n' |
        sort -t- -k2,2r -k1,1r | sed -n "$2p"
}
step_of() { # FILE NAME
    local step=${1##*-}
    echo $((10#${step%.h5}))
}

# --- the run that is stopped ----------------------------------------------------------------------

stop_one() { # SIGTERM to one rank as soon as step 21 is passed; leaves the folder in $work/stopped
    local ranks code=0 file
    "$root/scripts/mpirun-test.sh" 2 "$lockstep" train "$root/tests/chaos/small.ini" \
        train.epochs=4 train.out="$work/stopped" --quiet >"$work/out" 2>"$work/err" &
    job=$!
    until file=$(newest "$work/stopped" 1 2>/dev/null) && [ -n "$file" ] &&
        [ "$(step_of "$file")" -ge 21 ]; do
        kill -0 $job 2>/dev/null || { cat "$work/err" >&2 && exit 1; }
        sleep 0.01
    done
    ranks=$(pgrep -P $job)
    kill -TERM "${ranks##*[[:space:]]}"
    wait $job || code=$?
    job=0
    [ $code -eq 75 ] || { cat "$work/err" >&2 && echo "stopped with $code, not 75" >&2 && exit 1; }
    rm "$work/stopped/log.txt"
}

train 2 "$work/whole" --quiet || { cat "$work/err" >&2 && exit 1; }
stop_one
first=$(newest "$work/stopped" 1)
second=$(newest "$work/stopped" 2)
bytes=$(stat -c %s "$work/stopped/checkpoints/$first")
steps=$(field "$work/whole" steps)
echo "stopped at step $(step_of "$first") of $steps: $first, before it $second"
if [ "$(step_of "$first")" -ge "$steps" ]; then
    echo "damage.sh: it was not stopped in its middle" >&2
    exit 1
fi

# --- judging --------------------------------------------------------------------------------------

says() { grep -qF -- "$1" "$work/err" && grep -qF -- "$1" "$run/log.txt"; }

compare_ends() { # NAME: the end against the run never stopped
    local key
    for key in weights_digest state_digest steps best_epoch; do
        [ -n "$(field "$run" $key)" ] || fail "$1: summary.json has no $key"
        [ "$(field "$run" $key)" = "$(field "$work/whole" $key)" ] || fail "$1: $key differs"
    done
    cmp "$run/metrics.csv" "$work/whole/metrics.csv" || fail "$1: metrics.csv differs"
    for key in last.h5 best.h5; do
        h5diff --exclude-path /run {"$run","$work/whole"}/checkpoints/$key ||
            fail "$1: $key differs outside /run"
    done
    [ "$(readlink "$checkpoints/last.h5")" = "$(readlink "$work/whole/checkpoints/last.h5")" ] ||
        fail "$1: last.h5 leads elsewhere"
}

row() { # NAME RANKS HOW
    printf '%-36s | %s | %-4s | %s\n' "$1" "$2" "$3" "$(grep -oE \
        'skipped a checkpoint: .*|[^ ]*: removed, a run .*|[^ ]*: none of the .*|going on from .*' \
        "$work/err" | sed "s,$checkpoints/,,g; s,$checkpoints: ,," |
        sed 's/, written .*//; s/, or edited by .*//; s/ Bring one back .*//' |
        awk '{ printf "%s%s", separator, $0; separator = "; " }')"
}

# try NAME HOW FROM MESSAGE COMMAND...: COMMAND damages the copy. HOW: end or step; FROM: the file
# that it must go on from.
try() {
    local name=$1 how=$2 from=$3 message=$4 ranks code=0 further=()
    shift 4
    ranks=$((1 + cases % 3))
    cases=$((cases + 1))
    rm -rf "$run"
    cp -a "$work/stopped" "$run"
    "$@"
    [ "$how" = end ] || further=("train.max_steps=$(($(step_of "$from") + 1))")
    train $ranks "$run" "${further[@]}" || code=$?
    row "$name" $ranks "$how"
    [ $code -eq 0 ] || { cat "$work/err" >&2 && fail "$name: exit code $code"; }
    says "going on from $checkpoints/$from: step $(step_of "$from")," ||
        fail "$name: did not go on from $from"
    says "$message" || fail "$name: does not say: $message"
    [ -z "$(find "$run" -name '.*.partial')" ] || fail "$name: temporary files are left"
    if [ "$how" = end ]; then
        compare_ends "$name"
    elif [ "$(field "$run" steps)" != $(($(step_of "$from") + 1)) ]; then
        fail "$name: ended at another step"
    fi
}

# --- damages --------------------------------------------------------------------------------------

target() { echo "$checkpoints/$first"; }

flip() { # OFFSET [BIT [FILE]]
    local file=${3:-$(target)} byte
    byte=$(od -An -tu1 -j "$1" -N 1 "$file")
    # shellcheck disable=SC2059
    printf "\\x$(printf %x $((byte ^ (1 << ${2:-0}))))" |
        dd of="$file" bs=1 seek="$1" conv=notrunc status=none
}
shorten() { truncate -s "$1" "$(target)"; }
be_text() { echo 'not a checkpoint, but text' >"$(target)"; }
be_folder() { rm "$(target)" && mkdir "$(target)" && echo text >"$(target)/file"; }
be_pipe() { rm "$(target)" && mkfifo "$(target)"; }
be_link() { rm "$(target)" && ln -s nowhere.h5 "$(target)"; }
half_written() { head -c 5000 "$(target)" >"$checkpoints/.step-00000099.h5.partial"; }
last_dangles() { ln -sfn step-00000099.h5 "$checkpoints/last.h5"; }
last_missing() { rm "$checkpoints/last.h5"; }
forbid() {
    chmod 000 "$(target)"
    [ ${#as[@]} -eq 0 ] || chown -R nobody "$run"
}
place_of() { # WORD: where it first stands
    grep -aboF -m 1 -- "$1" "$work/stopped/checkpoints/$first" | sed -n '1s/:.*//p'
}
data_place() { # where the values of a weight stand
    h5dump -p -H -d /model/encoder/0-conv/weight "$work/stopped/checkpoints/$first" |
        sed -n 's/.*OFFSET *\([0-9]*\).*/\1/p'
}

seal='the seal at its beginning is damaged (checksum differs)'
content='its content is not what was sealed'
less=$((bytes - 1)) half=$((bytes / 2))
try 'cut by one byte' end "$second" "$first: truncated: has $less bytes" shorten $less
try 'cut to a half' step "$second" "$first: truncated: has $half bytes" shorten $half
try 'cut to the user block' step "$second" "$first: truncated: has 512 bytes" shorten 512
try 'cut within the user block' step "$second" "$first: truncated: has 100 bytes" shorten 100
try 'cut to one byte' step "$second" "$first: truncated: has 1 bytes" shorten 1
try 'no bytes' end "$second" "$first: the file is empty (0 bytes)" shorten 0
try 'bit of the user block: magic' step "$second" "$first: not a file of Lockstep" flip 0
try 'bit of the user block: version' step "$second" "$first: format version" flip 8 7
try 'bit of the user block: length' end "$second" "$first: $seal" flip 17 3
try 'bit of the user block: hash' step "$second" "$first: $seal" flip 30 5
try 'bit of the user block: zeros' step "$second" "$first: $seal" flip 511 7
try 'bit of the HDF5 superblock' end "$second" "$first: $content" flip 521
try 'bit of an attribute' end "$second" "$first: $content" flip $(($(place_of best_mse) + 2)) 1
try 'bit of a weight' end "$second" "$first: $content" flip "$(data_place)" 4
try 'bit of the last byte' end "$second" "$first: $content" flip $less 7
for i in {0..19}; do
    offset=$((512 + (2 * i + 1) * (bytes - 512) / 40))
    try "bit $((i % 8)) of byte $offset" step "$second" "$first: $content" flip $offset $((i % 8))
done
try 'replaced by text' end "$second" "$first: not a file of Lockstep" be_text
try 'replaced by a folder' end "$second" "$first: not a regular file" be_folder
try 'replaced by a pipe' step "$second" "$first: not a regular file" be_pipe
try 'replaced by a dangling link' step "$second" "$first: can't open: No such file" be_link
try 'a .partial left beside it' end "$first" '.step-00000099.h5.partial: removed' half_written
try 'last.h5 a dangling link' end "$first" "last.h5: can't open: No such file" last_dangles
try 'last.h5 missing' end "$first" 'going on from' last_missing
if [ "$(id -u)" -eq 0 ]; then # root reads everything
    chmod 755 "$work"
    as=(setpriv --reuid nobody --clear-groups)
fi
if [ ${#as[@]} -eq 0 ] || "${as[@]}" "$lockstep" --version >/dev/null 2>&1; then
    try 'unreadable (chmod 000)' end "$second" "$first: can't open: Permission denied" forbid
else
    echo "unreadable (chmod 000): not tried: root reads everything and nobody can't run $lockstep"
fi
as=()

# --- all of them ----------------------------------------------------------------------------------

fingerprint() { # names, kinds, links and contents of all but the log and the lock
    (cd "$run" && find . ! -name log.txt ! -name lock -printf '%y %p %l\n' | sort &&
        find . -type f ! -name log.txt ! -name lock -exec sha256sum {} + | sort)
}

refuse_all() { # RANKS
    local code=0 before file name='all files damaged'
    rm -rf "$run"
    cp -a "$work/stopped" "$run"
    half_written
    for file in "$checkpoints"/*-*.h5; do
        flip $((bytes / 3)) 2 "$file"
    done
    before=$(fingerprint)
    train "$1" "$run" || code=$?
    row "$name" "$1" -
    [ $code -eq 1 ] || fail "$name: exit code $code, not 1"
    grep -q '^lockstep: .*none of the [0-9]* checkpoint files is whole' "$work/err" ||
        fail "$name: does not say that none is whole"
    [ "$before" = "$(fingerprint)" ] || fail "$name: the folder has changed"
}
for ranks in 1 2 3; do
    refuse_all $ranks
done

echo "$cases resumes and 3 refusals, $failures failures"
[ $failures -eq 0 ]
