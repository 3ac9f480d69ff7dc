#!/usr/bin/env bash
# Trains by mpirun on several hosts, without a batch system, and starts again what can go on.
#   scripts/train-loop.sh --hosts FILE [OPTION...] CONFIG.ini [section.key=value ...]
#   scripts/train-loop.sh --hosts hosts.txt configs/paper.ini data.path=/data/cifar train.out=run-1
#
# --hosts FILE      one host a line: NAME slots=RANKS (without slots: a rank a core)
# --program PATH    the program, at the same place on every host (default: lockstep)
# --restarts N      start again at most N times (default: 100)
# --pause SECONDS   wait so long before each new start (default: 10)
# --agent COMMAND   what reaches a host instead of ssh: COMMAND HOST WORDS...
#
# It starts again after exit codes 75 (stopped early on request), 3 and 205 (a rank or a host was
# lost) and 137 (a rank was killed), as long as each start brings a newer checkpoint. Hosts that do
# not answer are left out then; the first start wants all of them. Ctrl-C or TERM lets the run save
# where it is and ends the loop with 75; a second one ends both at once. USR1 is passed on. The exit
# code is that of the last start.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/run-folder.sh"

say() { echo "train-loop.sh: $*" >&2; }
die() { say "$@" && exit 1; }

hosts='' program=lockstep restarts=100 pause=10 agent=ssh
while [ $# -gt 0 ]; do
    case $1 in
        --help) sed -n '2,18s/^# \{0,1\}//p' "$0" && exit 0 ;;
        --hosts | --program | --restarts | --pause | --agent)
            [ $# -ge 2 ] || die "$1 wants a value; see --help"
            printf -v "${1#--}" %s "$2"
            shift 2
            ;;
        -*) die "$1: unknown; see --help" ;;
        *) break ;;
    esac
done
[ $# -ge 1 ] || die "no configuration; see --help"
[ -n "$hosts" ] || die "--hosts FILE is missing: a line for each host, NAME slots=RANKS"
[ -r "$hosts" ] || die "$hosts cannot be read"
command -v "$program" >/dev/null || die "$program cannot be run: name the program with --program"
program=$(realpath "$(command -v "$program")")

run=$(run_folder "$@")
answering=$(mktemp)
trap 'rm -f "$answering"' EXIT

# Asks every host for the program and this folder; writes the lines of those that have both.
ask_hosts() {
    local host rest options=() missing=0
    [ "$agent" != ssh ] || options=(-o BatchMode=yes -o ConnectTimeout=10)
    : >"$answering"
    while read -r host rest; do
        case $host in '' | '#'*) continue ;; esac
        # shellcheck disable=SC2086
        if timeout 30 $agent "${options[@]}" "$host" \
            "cd $(printf %q "$PWD") && test -x $(printf %q "$program")" </dev/null; then
            echo "$host $rest" >>"$answering"
        else
            say "$host does not answer, or has no $program, or no folder $PWD"
            missing=$((missing + 1))
        fi
    done <"$hosts"
    [ -s "$answering" ] || die "no host of $hosts can be used"
    return $((missing > 0))
}

unless_set() { export "$1=${!1:-$2}"; } # name value

# In a process group of its own, so that Ctrl-C reaches this script alone.
start() {
    export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
    # A host that falls silent is given up after half a minute, instead of never.
    unless_set OMPI_MCA_oob_tcp_keepalive_time 10
    unless_set OMPI_MCA_oob_tcp_keepalive_intvl 5
    unless_set OMPI_MCA_oob_tcp_keepalive_probes 3
    set -m
    mpirun --hostfile "$answering" --mca plm_rsh_agent "$agent" \
        -x OPENBLAS_NUM_THREADS -x OMP_NUM_THREADS "$program" train "$@" </dev/null &
    job=$!
    set +m
}

# USR2 lets a run save and end, whatever train.on_usr1 says.
job='' asked=0
on_stop() {
    asked=$((asked + 1))
    interrupted=1
    [ -n "$job" ] || exit 75
    if [ $asked -eq 1 ]; then
        say "the run saves where it is and ends"
        kill -USR2 "$job"
    else
        kill -TERM "$job"
    fi
}
trap on_stop INT TERM HUP
trap 'interrupted=1; [ -z "$job" ] || kill -USR1 "$job"' USR1

# A signal interrupts `wait`, and the status of a job that has ended can be asked for again.
await_job() {
    local code
    while :; do
        interrupted=0 code=0
        wait "$job" || code=$?
        [ $interrupted = 1 ] || return $code
    done
}

should_start_again() { # exit code
    local step
    step=$(newest_step "$run")
    case $1 in
        3 | 75 | 137 | 205) ;;
        *) return 1 ;;
    esac
    [ $asked = 0 ] || return 1
    if [ "$restarted" -ge "$restarts" ]; then
        say "not started again: it was $restarted times (--restarts $restarts)"
    elif [ "$step" -le "$step_before" ]; then
        say "not started again: the newest checkpoint in $run is still that of step $step"
    else
        say "ended with $1, step $step is saved: again in $pause s"
        return 0
    fi
    return 1
}

ask_hosts || die "not started: mend the hosts above, or take them out of $hosts"
restarted=0
while :; do
    step_before=$(newest_step "$run")
    start "$@"
    code=0
    await_job || code=$?
    should_start_again $code || exit $code
    restarted=$((restarted + 1))
    job=''
    sleep "$pause"
    ask_hosts || say "going on without them"
done
