# Sourced by the tests of how a run stops: starts runs in the background, finds their ranks, waits
# with a limit, and compares how two runs ended. The test is called as  NAME.sh LOCKSTEP [all].
. "$(dirname "${BASH_SOURCE[0]}")/../ended_run.sh"
job=0     # the process that `begin` started: mpirun, or a rank alone
pids=()   # its ranks, in their order
code=0    # what it ended with
# A hundred steps an epoch, of some milliseconds: room to meet a run within one. The same kernels
# on every CPU, so that a newer one does not end before it is met.
small=(backend.isa=portable data.synthetic_train=5000 data.synthetic_size=24
    train.checkpoint_steps=20 train.patience=0 train.keep=3 train.epochs=2)

# A setting that is given twice is refused: of `small` what the words don't set themselves.
set_words() {
    local word
    words=("$@")
    for word in "${small[@]}"; do
        case " $* " in *" ${word%%=*}="*) ;; *) words=("$word" "${words[@]}") ;; esac
    done
    words=("$root/tests/chaos/small.ini" "${words[@]}" "train.out=$folder" --quiet)
}

# begin NAME RANKS [WORD...]: RANKS = alone: without mpirun.
begin() {
    folder=$work/$1
    local ranks=$2
    shift 2
    set_words "$@"
    if [ "$ranks" = alone ]; then
        "$lockstep" train "${words[@]}" >"$folder.out" 2>&1 &
        ranks=1
    else
        "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" train "${words[@]}" \
            >"$folder.out" 2>&1 &
    fi
    job=$!
    pids=()
    size=$ranks
}

# await WHAT COMMAND...: until the command succeeds; the run must not end before.
await() {
    local for_what=$1 end=$((SECONDS + 60))
    shift
    until "$@"; do
        kill -0 "$job" 2>/dev/null || fail "ended before $for_what"
        [ $SECONDS -lt $end ] || fail "no $for_what within 60 s"
        sleep 0.02
    done
}

# A rank's number: the launcher tells it. Its children share its command line for a moment.
rank_of() {
    local parent
    parent=$(ps -o ppid= -p "$1" 2>/dev/null) || return 1
    [ "$(cat /proc/"$1"/comm 2>/dev/null)" = lockstep ] || return 1
    [ "$(cat /proc/"${parent// /}"/comm 2>/dev/null)" != lockstep ] || return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$1/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p'
}

find_ranks() {
    local pid rank
    for pid in $(pgrep -f -- "train.out=$folder "); do
        rank=$(rank_of "$pid") || continue
        pids[${rank:-0}]=$pid
    done
    [ ${#pids[@]} -eq "$size" ]
}

# Whether every rank notes signals by now (SigCgt, bit of SIGUSR1).
notes_signals() {
    local pid mask
    find_ranks || return 1
    for pid in "${pids[@]}"; do
        mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null)
        [ $((16#${mask:-0} & 0x200)) -ne 0 ] || return 1
    done
}

reached() { [ "$(newest)" -ge "$1" ]; }
ended_epoch() { grep -q "epoch $1/" "$folder/log.txt" 2>/dev/null; }

# await_step STEP: the ranks are known, and a checkpoint of this step or a later one is there.
await_step() {
    await "signals to be noted" notes_signals
    await "step $1" reached "$1"
}

# send SIGNAL TARGET: to a rank, to all ranks, or to mpirun.
send() {
    case $2 in
    all) kill -"$1" "${pids[@]}" ;;
    mpirun) kill -"$1" "$job" ;;
    *) kill -"$1" "${pids[$2]}" ;;
    esac
}

# finish CODE [SECONDS]: ends within the limit, with this code (any: whichever), all of it.
finish() {
    local limit=${2:-120} end=$((SECONDS + ${2:-120} + 1))
    while kill -0 "$job" 2>/dev/null; do
        [ $SECONDS -le $end ] || fail "still running after $limit s"
        sleep 0.02
    done
    code=0
    wait "$job" || code=$?
    [ "$1" = any ] || [ "$code" -eq "$1" ] || fail "exit code $code instead of $1"
    require_nobody_left
}

logs() { grep -qE -- "$1" "$folder/log.txt" || fail "its log does not say: $1"; }

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# The newest checkpoint is whole: it is read with its seal and sums, and no resume had to skip one.
valid() {
    "$lockstep" inspect "$folder/checkpoints/last.h5" >/dev/null 2>"$folder.inspect" ||
        fail "last.h5 is not valid: $(cat "$folder.inspect")"
    ! grep -E 'skipped|damaged' "$folder/log.txt" || fail "a checkpoint was not valid"
}

# stopped REASON ALONE: as a run that was asked to; metrics.csv is the beginning of the other's.
stopped() {
    local rows
    [ "$(field "$folder" stop_reason)" = "$1" ] ||
        fail "stop_reason is $(field "$folder" stop_reason), not $1"
    [ "$(newest)" -eq "$(field "$folder" steps)" ] || fail "its last step is not saved"
    valid
    rows=0
    [ ! -f "$folder/metrics.csv" ] || rows=$(wc -l <"$folder/metrics.csv")
    head -n "$rows" "$2/metrics.csv" | cmp - "$folder/metrics.csv" ||
        fail "metrics.csv is not what a run never stopped had there"
    [ $((rows > 0 ? rows - 1 : 0)) -eq "$(field "$folder" epochs)" ] ||
        fail "metrics.csv has $rows lines after $(field "$folder" epochs) epochs"
}

# ends_as ALONE: nothing but /run tells the ended run from the one left alone.
ends_as() {
    local key name
    valid
    for key in weights_digest state_digest steps epochs samples best_epoch train_mse val_mse \
        stop_reason; do
        [ -n "$(field "$1" $key)" ] || fail "summary.json has no $key"
        [ "$(field "$1" $key)" = "$(field "$folder" $key)" ] || fail "$key differs"
    done
    cmp "$1/metrics.csv" "$folder/metrics.csv" || fail "metrics.csv differs"
    diff -r "$1/images" "$folder/images" || fail "the pictures differ"
    for name in last.h5 best.h5; do
        h5diff --exclude-path /run "$1/checkpoints/$name" "$folder/checkpoints/$name" ||
            fail "$name differs outside /run"
    done
    name=$(find "$folder" -name '.*' -type f)
    [ -z "$name" ] || fail "temporary files are left: $name"
}

# leave_alone NAME [WORD...]: what the others are compared with.
leave_alone() {
    what="left alone ($1)"
    local name=$1
    shift
    begin "$name" 2 "$@"
    finish 0
}

# resume RANKS ALONE [WORD...]: goes on to the end, which is that of the run left alone.
resume() {
    local name=${folder##*/} ranks=$1 alone=$2
    shift 2
    begin "$name" "$ranks" "$@"
    finish 0
    ends_as "$alone"
    rm -rf "$folder"
}
