# Sourced by the scenarios, which lab.sh runs: training alone and on the lab's hosts, waiting for
# what should happen, and the comparison that each scenario ends in.
set -eu
cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$cluster/../.." && pwd)
. "$cluster/lab/hosts.sh"
. "$cluster/lab/slurm.sh"
. "$root/scripts/run-folder.sh"
export LOCKSTEP=${LOCKSTEP:-$root/build/lockstep}
# Some seconds of training. What a scenario adds, the run left alone has too.
config=$root/tests/chaos/small.ini
settings=(train.checkpoint_steps=10)
cd "$LAB/work"

say() { echo "$(date +%T) $*"; }

fail() {
    local log
    say "FAILED: $1"
    for log in ./*.log "$LAB"/log/slurm* */log.txt; do
        printf '\n== the end of %s\n' "$log"
        tail -n 25 "$log"
    done
    exit 1
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
    local seconds=$1 what=$2 end=$((SECONDS + $1))
    shift 2
    until "$@"; do
        [ $SECONDS -le $end ] || fail "waited $seconds s for this: $what"
        sleep 0.1
    done
    say "$what"
}

train_alone() { # the run left alone on one host, which all others must equal
    mpirun -n 2 "$LOCKSTEP" train "$config" "${settings[@]}" train.out=alone --quiet \
        >alone.log 2>&1 ||
        fail "the run left alone ended with $?"
    say "left alone: weights $(summary alone weights_digest)"
}

# submit NAME [SBATCH OPTION...]: the job's number. Its run folder is NAME, its log NAME.log, and
# but for the options it is the job script as users have it.
submit() {
    local name=$1
    shift
    sbatch --parsable --cpus-per-task=1 --ntasks-per-node=1 --time=10 --output="$name.log" "$@" \
        "$root/slurm/train.sbatch" "$config" "${settings[@]}" "train.out=$name"
}

# start_job srun|mpirun HOSTS SETTING...: the run left alone, and then the same as a job on a slow
# network, met when step 30 is saved: $job, whose run folder is `run`.
start_job() {
    export LOCKSTEP_LAUNCH=$1
    local hosts=$2
    shift 2
    settings+=("$@")
    train_alone
    slow_network 20
    job=$(submit run "--nodes=$hosts")
    await 60 "step 30 is saved" step_reached run 30
}

field() { # job name: what scontrol says of it
    scontrol show job "$1" | grep -oE "(^| )$2=[^ ]*" | head -n 1 | cut -d= -f2
}
runs_on() { [ "$(field "$1" NodeList)" = "$2" ]; } # job hosts
state_is() { [ "$(field "$1" JobState)" = "$2" ]; } # job state
restarts_are() { [ "$(field "$1" Restarts)" = "$2" ]; } # job count
left_hosts() { state_is "$1" PENDING || state_is "$1" RUNNING; } # job: not COMPLETING
waits_again() { state_is "$1" PENDING && restarts_are "$1" "$2"; } # job count
ended() { ! field "$1" JobState | grep -qE 'PENDING|RUNNING|COMPLETING|CONFIGURING'; } # job
idle() { [ "$(sinfo -h -p batch -t idle -o %D)" = "$1" ]; } # count of hosts

step_reached() { [ "$(newest_step "$1")" -ge "$2" ]; } # folder step

# Slurm holds a job that requeued itself back for two minutes. Told to go on in the very second in
# which it was requeued it would lose the job ("Job credential revoked"): hence the pause.
go_on_now() { # job
    await 60 "job $1 has left its hosts" left_hosts "$1"
    sleep 2
    ! state_is "$1" PENDING || scontrol update "job=$1" StartTime=now
}

# A job that has put itself or was put into the queue again, and now comes to its end.
finish_requeued() { # job restarts
    await 60 "job $1 is to start again" restarts_are "$1" "$2"
    go_on_now "$1"
    await 150 "job $1 has ended" ended "$1"
    state_is "$1" COMPLETED || fail "job $1 is $(field "$1" JobState), $(field "$1" ExitCode)"
}

# summary FOLDER NAME: of its summary.json.
summary() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$1/summary.json"; }

went_on() { # folder: the scenario did interrupt it
    grep -q 'going on from' "$1/log.txt" || fail "$1 never went on from a checkpoint"
}

kill_rank() { # host: one of its ranks dies by SIGKILL
    # shellcheck disable=SC2016
    on_host "$1" sh -c 'kill -KILL $(pgrep -o -x lockstep)'
}

same_as_alone() { # folder
    local name
    for name in weights_digest state_digest; do
        [ -n "$(summary alone $name)" ] || fail "alone/summary.json has no $name"
        [ "$(summary "$1" $name)" = "$(summary alone $name)" ] ||
            fail "$name of $1 is $(summary "$1" $name), alone $(summary alone $name)"
    done
    cmp alone/metrics.csv "$1/metrics.csv" || fail "metrics.csv of $1 differs"
    h5diff --exclude-path /run alone/checkpoints/last.h5 "$1/checkpoints/last.h5" ||
        fail "last.h5 of $1 differs outside /run"
    say "$1 is the same: weights $(summary "$1" weights_digest)," \
        "state $(summary "$1" state_digest), metrics.csv, last.h5"
}
