#!/usr/bin/env bash
# From a fresh clone to a trained autoencoder: installs, builds, trains on two ranks on images that
# the program makes itself, and draws a reconstruction. Safe to run again.
#   scripts/quickstart.sh [RUN_FOLDER]        (default: run-quickstart)
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/scripts/mpi-env.sh"
out=${1:-$root/run-quickstart}

say "Installing what is missing"
install_dependencies

say "Building build/lockstep"
build_tree "$root/build" lockstep -DCMAKE_BUILD_TYPE=Release >"$root/build-quickstart.log" 2>&1 || {
    tail -n 30 "$root/build-quickstart.log" >&2
    echo "The build failed; all of it is in $root/build-quickstart.log" >&2
    exit 1
}
"$root/build/lockstep" --version

say "Training with mpirun -n 2"
started=$SECONDS
if ! mpirun -n 2 "$root/build/lockstep" train "$root/configs/quickstart.ini" "train.out=$out"; then
    echo >&2
    echo "Training stopped. If $out holds a run with other settings, remove it or name" >&2
    echo "another folder: scripts/quickstart.sh OTHER_FOLDER" >&2
    exit 1
fi
seconds=$((SECONDS - started))

say "How the loss fell (metrics.csv)"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
         NR == 2 { first = $column["train_mse"] }
         { last = $column["train_mse"]
           printf "epoch %3d   train MSE %.5f   validation MSE %.5f\n",
                  $column["epoch"], last, $column["val_mse"] }
         END { if (!(last < first)) { print "the loss did not fall"; exit 1 }
               printf "train MSE: %.5f -> %.5f\n", first, last }' "$out/metrics.csv"

picture=$out/reconstruction.png
"$root/build/lockstep" reconstruct "$out/checkpoints/best.h5" --out "$picture" --quiet

say "Done: trained in $seconds s"
cat <<END
reconstruction  $picture
run folder      $out  (metrics.csv, summary.json, images/)
best model      $out/checkpoints/best.h5
program         $root/build/lockstep  (--help lists its commands)
END
