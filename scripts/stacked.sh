#!/usr/bin/env bash
# Layer-wise pretraining: trains a stack stage by stage, then the whole network from its weights
# (configs/stacked.ini says more). Run again, it goes on where it was interrupted.
#   scripts/stacked.sh [-n RANKS] [-o FOLDER] [-d DATA] [-f FILTERS] [-c CHANNELS] CONFIG.ini
#                      [section.key=value...]
# -n  ranks (2)   -o  folder of the run folders stage-1 .. stage-S and whole (stacked)
# -d  the images (data.path of CONFIG)   -f  filters of the stages, as model.filters of CONFIG
# (32,64,128)   -c  channels of the images (3)
# Settings go to every stage.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ranks=2 folder=stacked filters=32,64,128 channels=3 data=()
lockstep=${LOCKSTEP:-$root/build/lockstep}

usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; }
fail() { echo "stacked.sh: $1" >&2; exit 1; }
while getopts n:o:d:f:c:h option; do
    case $option in
        n) ranks=$OPTARG ;;
        o) folder=$OPTARG ;;
        d) data=("data.path=$OPTARG") ;;
        f) filters=$OPTARG ;;
        c) channels=$OPTARG ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { usage >&2; exit 1; }
config=$1
shift
IFS=, read -r -a sizes <<<"$filters"

# train NAME SETTING...: until the stage has finished.
train() {
    local name=$1
    shift
    mkdir -p "$folder"
    echo "stacked.sh: $name" >&2
    "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" train "$config" "${data[@]}" "$@" \
        train.out="$folder/$name" >&2
    grep -Eq '"stop_reason": "(finished|early_stop)"' "$folder/$name/summary.json" ||
        fail "$name stopped before its end; run the same again to go on"
}

best() { echo "$folder/$1/checkpoints/best.h5"; }

encoder='' decoder='' from=()
for ((s = 1; s <= ${#sizes[@]}; s++)); do
    encoder="$encoder conv(${sizes[s - 1]}) relu maxpool(2)"
    [ $s -eq 1 ] && decoder="deconv($channels) sigmoid" ||
        decoder="deconv(${sizes[s - 2]}) relu $decoder"
    train "stage-$s" "$@" "model.encoder=$encoder" "model.decoder=$decoder" "${from[@]}"
    # The next one keeps these layers as they are.
    from=("model.weights=$(best "stage-$s")" model.weights_part=shared
        "model.freeze=encoder/$((3 * s - 1))-maxpool")
done
train whole "$@" "${from[0]}" "${from[1]}"
