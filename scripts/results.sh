#!/usr/bin/env bash
# Repeats rows of docs/results.md from scratch: trains, evaluates on the test images, and prints the
# row as it stands in the table.
#   scripts/results.sh [-n RANKS] [-o FOLDER] [-d DATA] ROW... [section.key=value...]
# -n  ranks (2)   -o  folder of the run folders (results)   -d  the images (LOCKSTEP_DATA)
# ROW: a name of scripts/results-rows.txt; all = every one. Settings come after those of the row. A
# row that was interrupted goes on where it stopped; one that is done is only evaluated again.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/mpi-env.sh"
ranks=2 folder=results data=${LOCKSTEP_DATA:-}
lockstep=${LOCKSTEP:-$root/build/lockstep}

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0"; }
while getopts n:o:d:h option; do
    case $option in
        n) ranks=$OPTARG ;;
        o) folder=$OPTARG ;;
        d) data=$OPTARG ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
rows=() settings=()
for word; do
    case $word in
        *.*=*) settings+=("$word") ;;
        all) mapfile -t rows < <(awk '!/^#/ { print $1 }' "$root/scripts/results-rows.txt") ;;
        *) rows+=("$word") ;;
    esac
done
[ ${#rows[@]} -gt 0 ] || { usage >&2; exit 1; }
[ -n "$data" ] || { echo "results.sh: name the images with -d, or in LOCKSTEP_DATA" >&2; exit 1; }

# values FILE KEY: the numbers or words of a key in a JSON file of ours, a line each.
values() { grep -o "\"$2\": *\"\{0,1\}[^\",}]*" "$1" | sed 's/^[^:]*: *"\{0,1\}//'; }
# value FILE KEY: the first of them.
value() { values "$1" "$2" | head -n 1; }

# first_of FILE KEY...: the value of the first key that the file has.
first_of() {
    local file=$1 key
    shift
    for key; do
        if grep -q "\"$key\":" "$file"; then value "$file" "$key" && return; fi
    done
    echo 0
}

# The last of several settings of one key; the program takes each but once.
last_of_each() {
    printf '%s\n' "$@" | awk -F= '{ if (!($1 in at)) order[++n] = $1; at[$1] = $0 }
                                   END { for (i = 1; i <= n; i++) print at[order[i]] }'
}

run_row() { # NAME CONFIG EPOCHS [section.key=value...]
    local name=$1 config=$2 epochs=$3 out=$folder/$1
    shift 3
    local chosen
    mapfile -t chosen < <(last_of_each "data.path=$data" "train.epochs=$epochs" "train.out=$out" \
        "$@" "${settings[@]}")
    mkdir -p "$folder"
    [ "$(value "$out/summary.json" stop_reason 2>/dev/null || true)" = finished ] ||
        "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" train "$root/configs/$config" \
            "${chosen[@]}" --quiet >&2
    "$lockstep" inspect "$out/checkpoints/best.h5" --json >"$out/inspect.json"
    "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" eval "$out/checkpoints/best.h5" --json \
        --quiet >"$out/eval.json"
    printf '| %s | %s | %s | %s | %.6f | %s | %.4f | %.0f | %.0f | %s |\n' "$name" \
        "$config $*" "$(value "$out/summary.json" epochs)" \
        "$(values "$out/inspect.json" parameters | tail -n 1)" \
        "$(first_of "$out/eval.json" mse loss)" \
        "$(first_of "$out/eval.json" psnr accuracy pixel_accuracy | cut -c 1-6)" \
        "$(first_of "$out/eval.json" ssim iou)" "$(value "$out/summary.json" images_per_second)" \
        "$(value "$out/summary.json" wall_seconds)" "$(value "$out/summary.json" weights_digest)"
}

echo '| row | configuration | epochs | parameters | MSE or loss | PSNR or accuracy |' \
    'SSIM or IoU | images/s | s | weights |'
echo '|---|---|---|---|---|---|---|---|---|---|'
for row in "${rows[@]}"; do
    read -r -a words < <(awk -v row="$row" '$1 == row' "$root/scripts/results-rows.txt") || {
        echo "results.sh: scripts/results-rows.txt has no row $row" >&2
        exit 1
    }
    run_row "${words[@]}"
done
