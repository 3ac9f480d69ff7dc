# Sourced by scripts that start runs again: where a run is and how far its checkpoints have come.
# slurm/train.sbatch, which Slurm copies away from here, has these functions too, word for word.

# The run folder: of the words for `lockstep train`, else of the configuration, else the default.
run_folder() { # CONFIG.ini [section.key=value...]
    local word folder=''
    for word in "$@"; do
        case $word in train.out=*) folder=${word#*=} ;; esac
    done
    [ -n "$folder" ] || folder=$(awk '/^\[/ { in_train = /^\[train\]/ }
        in_train && sub(/^out *[=:] */, "") { sub(/ +;.*$| +$/, ""); print }' "$1")
    echo "${folder:-run}"
}

# The number of the newest checkpoint, -1 where there is none.
newest_step() { # run folder
    local file step=-1
    for file in "$1"/checkpoints/step-*.h5; do # in the order of their numbers
        file=${file##*/step-}
        [ "$file" = '*.h5' ] || step=$((10#${file%.h5}))
    done
    echo "$step"
}
