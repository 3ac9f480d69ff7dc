# Sourced by tests of runs that end by what befalls them: where they run, what is cleaned away, how
# a failure is shown, and what a run folder and a run's words hold. The test is called as
# NAME.sh LOCKSTEP ..., and sets $folder to the run that is looked at.
lockstep=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/run-folder.sh"
me=$(basename "$0")
# A space, since users' paths have them.
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep fault.XXXXXX")
folder=

members() { pgrep -f -- "train.out=$work/" || true; }
nobody_left() { [ -z "$(members)" ]; }

clean() {
    # shellcheck disable=SC2046
    nobody_left || kill -KILL $(members) 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

fail() {
    echo "$me: FAILED: ${what:-}: $*" >&2
    [ ! -f "$folder.out" ] || sed 's/^/    /' "$folder.out" >&2
    [ ! -f "$folder/log.txt" ] || tail -n 20 "$folder/log.txt" | sed 's/^/    log: /' >&2
    exit 1
}

require_nobody_left() {
    nobody_left || sleep 1 # killed, not yet gone
    nobody_left || fail "processes are left: $(members | tr '\n' ' ')"
}

newest() { newest_step "$folder"; }
says() { grep -qE -- "$1" "$folder.out" || fail "does not say: $1"; }
field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$1/summary.json"; }
