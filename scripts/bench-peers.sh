#!/usr/bin/env bash
# Training speed beside another program's, on one core, in alternating runs, so that a machine whose
# speed changes does so for both.
#   scripts/bench-peers.sh [-n RUNS] [-s SECONDS] CONFIG.ini PEER_COMMAND...
# The peer's last line is a JSON object with images_per_second. Example, with PyTorch:
#   scripts/bench-peers.sh configs/paper.ini python3 torch_cae.py speed --channels-last
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/scripts/mpi-env.sh"
runs=5
seconds=10
while getopts n:s: option; do
    case $option in
        n) runs=$OPTARG ;;
        s) seconds=$OPTARG ;;
        *) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
if [ $# -lt 2 ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit 1
fi
config=$1
shift
core=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//') # the first core that may be used

speed() { grep -oE '"images_per_second": *[0-9.eE+]+' | tail -n 1 | sed 's/.*: *//'; }

ours=()
theirs=()
for ((i = 1; i <= runs; i++)); do
    ours+=("$(taskset -c "$core" "$root/build/lockstep" bench "$config" --json --quiet \
        --seconds "$seconds" | speed)")
    theirs+=("$(taskset -c "$core" "$@" | speed)")
    printf 'run %d: lockstep %.1f, peer %.1f images/s\n' "$i" "${ours[-1]}" "${theirs[-1]}"
done
paste <(printf '%s\n' "${ours[@]}") <(printf '%s\n' "${theirs[@]}") |
    awk '{ a[NR] = $1; b[NR] = $2; r[NR] = $1 / $2 }
         function median(x, n,  i, j, t) {
             for (i = 2; i <= n; i++)
                 for (j = i; j > 1 && x[j - 1] > x[j]; j--) {
                     t = x[j]; x[j] = x[j - 1]; x[j - 1] = t
                 }
             return n % 2 ? x[(n + 1) / 2] : (x[n / 2] + x[n / 2 + 1]) / 2
         }
         END { printf "medians: lockstep %.1f, peer %.1f images/s; median of the ratios %.3f\n",
                      median(a, NR), median(b, NR), median(r, NR) }'
