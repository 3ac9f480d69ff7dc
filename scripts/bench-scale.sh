#!/usr/bin/env bash
# How training scales with ranks: strong (one batch for all) and weak (as many images a rank), and
# what a model fitted to the sums' times says of more ranks than there are here.
#   scripts/bench-scale.sh [-c CONFIG] [-s SECONDS] [-o CSV] [-m COMMAND] RANKS... [-- OPTION...]
# RANKS  e.g. 1 2 4; the first one is what the others are measured by
# -c     configuration (configs/paper.ini)   -s  seconds of each measurement (10)
# -o     the table as CSV (bench-scale.csv)  -m  starts ranks: COMMAND N PROGRAM ...
#                                                (mpirun --bind-to core:overload-allowed -n)
# OPTION section.key=value: any but train.batch, comm.reduce and model.latent, which it sets itself
#
# The model: over p ranks a ring takes 2 (p - 1) messages one after another, and each rank sends
# (p - 1) / p of m bytes: 8 a parameter to be added, as integers, and 4 that come back, as floats
# (Thakur, Rabenseifner and Gropp 2005; with train.reduce=fast 4 and 4):
#     t(p, m) = 2 (p - 1) a + (p - 1) / p m b
# Latency a and time of a byte b are the least squares of what bench measured for two sizes of
# network (comm.reduce=flat, less the waiting for slower ranks). The prediction takes this network
# and these cores for all ranks, no waiting, and nothing hidden behind backward.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/mpi-env.sh"
config=$root/configs/paper.ini seconds=10 csv=bench-scale.csv
launcher='mpirun --bind-to core:overload-allowed -n'
die() { echo "bench-scale.sh: $1" >&2; exit 1; }
usage() { sed -n '2,18s/^# \{0,1\}//p' "$0"; }
while getopts c:s:o:m:h option; do
    case $option in
        c) config=$OPTARG ;;
        s) seconds=$OPTARG ;;
        o) csv=$OPTARG ;;
        m) launcher=$OPTARG ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
ranks=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    [[ $1 =~ ^[1-9][0-9]*$ ]] || die "'$1' is no number of ranks; see -h"
    ranks+=("$1") && shift
done
[ "${1:-}" != -- ] || shift
[ ${#ranks[@]} -gt 0 ] || { usage >&2; exit 1; }
lockstep=${LOCKSTEP:-$root/build/lockstep}
[ -x "$lockstep" ] || die "no program at $lockstep: build it, or set LOCKSTEP"

# measure RANKS OPTION=VALUE...: what bench says, as JSON.
measure() {
    local count=$1
    shift
    # shellcheck disable=SC2086 # the launcher is words
    $launcher "$count" "$lockstep" bench "$config" --seconds "$seconds" --json "$@" ||
        die "bench on $count ranks failed"
}
number() { sed -n "s/.*\"$2\": \(-\{0,1\}[0-9][-+.e0-9]*\).*/\1/p" <<<"$1"; }

# row KIND RANKS OPTION=VALUE...: measures, and adds a line to the table.
row() {
    local kind=$1 count=$2 json name line
    shift 2
    json=$(measure "$count" "$@" "${options[@]}")
    line=$kind
    for name in ranks batch lane parameters images_per_second reduce_ms wait_ms optimizer_ms; do
        line+=,$(number "$json" $name)
    done
    echo "$line" | tee -a "$table"
}

options=("$@")
table=$(mktemp)
trap 'rm -f "$table"' EXIT
echo kind,ranks,batch,lane,parameters,images_per_second,reduce_ms,wait_ms,optimizer_ms |
    tee "$table"
row strong "${ranks[0]}"
batch=$(awk -F, 'NR == 2 { print $3 / $2 }' "$table") # of a rank
for count in "${ranks[@]}"; do
    [ "$count" -eq "${ranks[0]}" ] || row strong "$count"
    row weak "$count" "train.batch=$((batch * count))"
    if [ "$count" -gt 1 ]; then
        row fit "$count" comm.reduce=flat
        row fit "$count" comm.reduce=flat model.latent=512
    fi
done
fixed=12
case " ${options[*]} " in *' train.reduce=fast '*) fixed=8 ;; esac
cp "$table" "$csv"

awk -F, -v bytes="$fixed" '
    function efficiency(kind) {
        return kind == "strong" ? 100 * $6 / first * base / $2 : 100 * $6 / each[kind] * base / $2
    }
    function sums(p) { return 2 * (p - 1) * a + (p - 1) / p * bytes * parameters * b }
    NR == 1 { next }
    $1 == "fit" { # normal equations of t = x a + y b, in ms
        x = 2 * ($2 - 1); y = ($2 - 1) / $2 * bytes * $5; t = $7 - $8
        xx += x * x; xy += x * y; yy += y * y; xt += x * t; yt += y * t; fits++
        next
    }
    !($1 in each) { each[$1] = $6; base = $2 }
    NR == 2 {
        first = $6; parameters = $5; lanes = int(($3 + $4 - 1) / $4)
        step = 1000 * $3 / $6; batch = $3; each_lanes = int((lanes + base - 1) / base)
        lane_ms = (step - $7 - $9) / each_lanes; fixed_ms = $9
        printf "\n%-7s %6s %7s %10s %11s %10s %8s\n", "", "ranks", "batch", "images/s",
            "efficiency", "reduce ms", "wait ms"
    }
    { printf "%-7s %6d %7d %10.0f %10.1f%% %10.3f %8.3f\n", $1, $2, $3, $6, efficiency($1), $7, $8 }
    END {
        if (fits == 0) exit
        d = xx * yy - xy * xy
        a = (yy * xt - xy * yt) / d; b = (xx * yt - xy * xt) / d
        if (a < 0) { a = 0; b = yt / yy } # too little of it to be seen
        printf "\nsums by messages: %.1f us a message, %.2f GB/s\n", 1000 * a,
            (b > 0 ? 1e-6 / b : 0)
        printf "\npredicted %7s %12s %12s %10s %12s\n", "ranks", "sums ms", "weak images/s",
            "efficiency", "strong images/s"
        for (p = 8; p <= 1024; p *= 2) {
            weak = 1000 * batch / base * p / (lane_ms * each_lanes + fixed_ms + sums(p))
            strong = 1000 * batch / (lane_ms * int((lanes + p - 1) / p) + fixed_ms + sums(p))
            printf "%17d %12.2f %12.0f %10.1f%% %12.0f\n", p, sums(p), weak,
                100 * weak / first * base / p, strong
        }
        printf "\n(strong: a batch of %d is %d lanes; more ranks than that have no work)\n", batch,
            lanes
    }' "$table"
echo "table: $csv"
