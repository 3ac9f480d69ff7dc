#!/usr/bin/env bash
# Repeats rows of docs/results.md from scratch: trains, evaluates on the test images, and prints the
# row as it stands in the table.
#   scripts/results.sh [-n RANKS] [-o FOLDER] [-d DATA] [-w] [-f FOLDER] ROW... [SETTING...]
# -n  ranks (2)   -o  folder of the run folders (results)   -d  the images (LOCKSTEP_DATA)
# -w  also writes the row into docs/results.md   -f  draws what there is of each row into FOLDER
# ROW: a name of scripts/results-rows.txt; all = every one. SETTING: section.key=value, after those
# of the row. A row that was interrupted goes on where it stopped; one that is done is only
# evaluated again.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/mpi-env.sh"
. "$root/scripts/results-table.sh"
ranks=2 folder=results data=${LOCKSTEP_DATA:-} write='' figures=''
lockstep=${LOCKSTEP:-$root/build/lockstep}

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; }
while getopts n:o:d:wf:h option; do
    case $option in
        n) ranks=$OPTARG ;;
        o) folder=$OPTARG ;;
        d) data=$OPTARG ;;
        w) write=yes ;;
        f) figures=$OPTARG ;;
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

# The last of several settings of one key; the program takes each but once.
last_of_each() {
    printf '%s\n' "$@" | awk -F= '{ if (!($1 in at)) order[++n] = $1; at[$1] = $0 }
                                   END { for (i = 1; i <= n; i++) print at[order[i]] }'
}

# The words of a row: name, configuration, epochs, settings.
read_row() { # NAME
    awk -v row="$1" '$1 == row { print; found = 1 } END { exit !found }' \
        "$root/scripts/results-rows.txt" ||
        { echo "results.sh: scripts/results-rows.txt has no row $1" >&2; exit 1; }
}

# Until the row has been trained; before it, the row whose checkpoint it takes: key=@ROW.
train_row() { # NAME
    local line out=$folder/$1 word chosen=()
    [ "$(value "$out/summary.json" stop_reason 2>/dev/null || true)" != finished ] || return 0
    line=$(read_row "$1")
    set -- $line # its words; no setting has a blank
    for word in "${@:4}"; do
        case $word in
            *=@*) train_row "${word#*=@}"
                word=${word%%=@*}=$folder/${word#*=@}/checkpoints/best.h5 ;;
        esac
        chosen+=("$word")
    done
    mapfile -t chosen < <(last_of_each "data.path=$data" data.holdout=5000 "train.epochs=$3" \
        "train.out=$out" "${chosen[@]}" "${settings[@]}")
    mkdir -p "$folder"
    "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" train "$root/configs/$2" \
        "${chosen[@]}" --quiet >&2
}

show_row() { # NAME CONFIG EPOCHS [section.key=value...]
    local name=$1 out=$folder/$1 row
    "$lockstep" inspect "$out/checkpoints/best.h5" --json >"$out/inspect.json"
    "$root/scripts/mpirun-test.sh" "$ranks" "$lockstep" eval "$out/checkpoints/best.h5" --json \
        --quiet >"$out/eval.json"
    row=$(row_text "$name" "$(printf '%s ' "$2" "${@:4}" "${settings[@]}")" "$out")
    echo "$row"
    [ -z "$write" ] || put_row "$root/docs/results.md" "$root/scripts/results-rows.txt" "$row"
    [ -z "$figures" ] || draw_row "$name" "$out" "$figures" >&2
}

echo "$table_head"
for row in "${rows[@]}"; do
    train_row "$row"
    line=$(read_row "$row")
    show_row $line
done
