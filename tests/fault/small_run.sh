# Sourced by the scripts that break checkpoints: a run of well under a second with a checkpoint
# every second step, and comparing its end with that of a run left alone. They set $lockstep,
# $mpirun_test and $work.

SECONDS_LIMIT=60 # a run that takes longer hangs

write_config() { # FILE
    cat >"$1" <<'END'
[data]
path = synthetic
synthetic_train = 48
synthetic_test = 16
synthetic_size = 16
[model]
filters = 4,4
latent = 4
[train]
batch = 8
lane = 4
epochs = 2
checkpoint_steps = 2
keep = 2
END
}

# train RANKS FOLDER [WORD...]: words become settings, one with LD_PRELOAD= in front environment.
# Leaves what was said in $work/out and $work/err; returns the exit code, 124 for a hang.
train() {
    local ranks=$1 folder=$2 environment=()
    shift 2
    while [[ ${1:-} == [A-Z]*=* ]]; do environment+=("$1") && shift; done
    timeout -k 5 $SECONDS_LIMIT "$mpirun_test" "$ranks" env "${environment[@]}" "$lockstep" train \
        "$work/small.ini" "train.out=$folder" "$@" --quiet >"$work/out" 2>"$work/err" </dev/null
}

digests() { grep -E '"(weights|state)_digest"' "$1/summary.json"; }

# differs FOLDER [FILE...]: in what the end of FOLDER differs from $work/alone, or nothing. Of the
# checkpoints last.h5 is compared, and the FILEs.
differs() {
    local folder=$1 name
    shift
    [ "$(digests "$work/alone")" = "$(digests "$folder" 2>&1)" ] || echo "other digests"
    cmp -s "$work/alone/metrics.csv" "$folder/metrics.csv" || echo "another metrics.csv"
    for name in last.h5 "$@"; do
        h5diff -q --exclude-path /run "$work/alone/checkpoints/$name" \
            "$folder/checkpoints/$name" >/dev/null 2>&1 || echo "another $name"
    done
    [ -z "$(find "$folder" -name '.*.partial')" ] || echo "a .partial is left"
}

# unclean CODE: whether the run ended otherwise than by itself with an exit code of its own.
unclean() {
    [ "$1" -lt 124 ] || echo "ended with $1: a hang or a signal"
    grep -iE 'sanitizer|segmentation|signal [0-9]|exited on signal|double free' "$work/err" |
        head -n 1
}

newest_whole() { # FOLDER: the step that a resume would go on from; 0: none
    local file step newest=0
    for file in "$1"/checkpoints/{step,best}-*.h5; do
        [ -f "$file" ] && "$lockstep" inspect "$file" >/dev/null 2>&1 || continue
        step=${file##*-} step=$((10#${step%.h5}))
        [ $step -le $newest ] || newest=$step
    done
    echo $newest
}
