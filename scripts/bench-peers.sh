#!/usr/bin/env bash
# Training speed beside PyTorch's, one core each, for several networks. A row's runs alternate, so
# that a machine whose speed changes does so for both; PyTorch runs in its default layout and in
# channels-last, and the better median counts.
#   scripts/bench-peers.sh [-n RUNS] [-s SECONDS] [-i ISA] [-e FOLDER] [ROW...]
# -n  runs of each (3)   -s  seconds of a run (5)   -i  auto, avx2 or avx512, for both (auto)
# -e  virtual environment with PyTorch, made where there is none (build/peers)
# ROW names rows of the table below; none = all
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/mpi-env.sh"
runs=3 seconds=5 isa=auto peers=$root/build/peers
# name filters latent size channels batch
table='paper 32,64,128 128 32 3 64
batch-32 32,64,128 128 32 3 32
batch-256 32,64,128 128 32 3 256
batch-1024 32,64,128 128 32 3 1024
latent-512 32,64,128 512 32 3 64
four-layers 16,32,64,128 128 32 3 64
five-layers 16,32,64,128,128 128 32 3 64
size-64 32,64,128 128 64 3 64
size-96 32,64,128 128 96 3 64
grey 32,64,128 128 32 1 64'

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; }
while getopts n:s:i:e:h option; do
    case $option in
        n) runs=$OPTARG ;;
        s) seconds=$OPTARG ;;
        i) isa=$OPTARG ;;
        e) peers=$OPTARG ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
lockstep=${LOCKSTEP:-$root/build/lockstep}
core=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//') # the first core that may be used

if [ ! -x "$peers/bin/python" ]; then
    python3 -m venv "$peers"
    cpu_wheels=https://download.pytorch.org/whl/cpu # smaller, where it can be reached
    "$peers/bin/pip" install --quiet torch numpy --index-url $cpu_wheels 2>/dev/null ||
        "$peers/bin/pip" install --quiet torch numpy
fi
case $isa in
    auto) ;;
    avx2) export ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 ;;
    avx512) export ONEDNN_MAX_CPU_ISA=AVX512_CORE ;;
    *) echo "bench-peers.sh: $isa: auto, avx2 or avx512" >&2; exit 1 ;;
esac

# Memory that PyTorch gives back and takes again each step would be cleared by the kernel each time:
# it keeps it, which makes it faster by a quarter at batch 64 and by three quarters at 1024.
peer_memory=(MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824
    MALLOC_TOP_PAD_=67108864)

speed() { grep -oE '"images_per_second": *[0-9.eE+]+' | head -n 1 | sed 's/.*: *//'; }
ours() { # FILTERS LATENT SIZE CHANNELS BATCH
    taskset -c "$core" "$lockstep" bench "$root/configs/paper.ini" --json --quiet \
        --seconds "$seconds" "model.filters=$1" model.encoder= model.decoder= "model.latent=$2" \
        data.path=synthetic "data.synthetic_size=$3" "data.synthetic_channels=$4" \
        data.synthetic_train=1024 data.synthetic_test=16 "train.batch=$5" "backend.isa=$isa" | speed
}
theirs() { # FILTERS LATENT SIZE CHANNELS BATCH [OPTION...]
    local given=(--filters "$1" --latent "$2" --size "$3" --channels "$4" --batch "$5")
    shift 5
    env "${peer_memory[@]}" taskset -c "$core" "$peers/bin/python" \
        "$root/scripts/peers/torch_step.py" "${given[@]}" --seconds "$seconds" "$@" | speed
}
median() {
    sort -g | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}

kernels=$("$lockstep" --version | sed -n 's/^kernels: *//p')
echo "images/s, medians of $runs runs of $seconds s; this CPU: $kernels; kernels asked for: $isa"
printf '%-12s %10s %10s %14s %8s\n' network lockstep torch channels-last ratio
while read -r name filters latent size channels batch; do
    [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
    knobs=("$filters" "$latent" "$size" "$channels" "$batch")
    a='' b='' c=''
    for ((i = 0; i < runs; i++)); do
        a+="$(ours "${knobs[@]}")"$'\n'
        b+="$(theirs "${knobs[@]}")"$'\n'
        c+="$(theirs "${knobs[@]}" --channels-last)"$'\n'
    done
    a=$(printf %s "$a" | median) b=$(printf %s "$b" | median) c=$(printf %s "$c" | median)
    awk -v n="$name" -v a="$a" -v b="$b" -v c="$c" \
        'BEGIN { printf "%-12s %10.0f %10.0f %14.0f %8.2f\n", n, a, b, c, a / (b > c ? b : c) }'
done <<<"$table"
