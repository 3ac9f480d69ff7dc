#!/usr/bin/env bash
# An example of an array and of a job that depends on it: trains a run for each value of one option,
# two at a time, and then prints a table of all.
#   slurm/sweep.sh KEY VALUE,VALUE,... CONFIG.ini [section.key=value | --sbatch-option ...]
#   slurm/sweep.sh model.latent 32,64,128 configs/paper.ini data.path=/data/cifar --nodes=1
# Values are whole numbers: they are the numbers of the array's tasks. The run folders are
# sweep-KEY-VALUE.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

table() { # key value...
    local key=$1 value
    shift
    printf '%20s %12s %10s\n' "$key" best_val_mse best_epoch
    for value in "$@"; do
        printf '%20s' "$value"
        for name in best_val_mse best_epoch; do
            sed -n "s/.*\"$name\": \([^,]*\).*/ \1/p" "sweep-$key-$value/summary.json"
        done | tr -d '\n'
        echo
    done
}

if [ "${1:-}" = --table ]; then
    table "${@:2}"
    exit
fi
if [ $# -lt 3 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 1
fi
key=$1 values=$2 config=$3
shift 3
options=() settings=()
for word in "$@"; do
    case $word in
        -*) options+=("$word") ;;
        *) settings+=("$word") ;;
    esac
done

array=$(sbatch --parsable --array="$values%2" --output="sweep-$key-%a.log" "${options[@]}" \
    "$here/train.sbatch" "$config" "${settings[@]}" "$key=%a" "train.out=sweep-$key-%a")
# afterok: when every task has ended with 0. One that is in the queue again has not ended.
words=$(printf '%q ' "$here/sweep.sh" --table "$key" ${values//,/ })
sbatch --parsable --dependency="afterok:$array" --nodes=1 --ntasks=1 --time=5 \
    --output="sweep-$key.txt" --wrap "$words"
