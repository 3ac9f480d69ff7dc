#!/usr/bin/env bash
# Proves that slurm/sweep.sh trains an array's runs, each as the same run left alone, and prints
# their table when all have ended.
. "$(dirname "$0")/../scenario.sh"
settings+=(train.epochs=2)
train_alone
last=$("$root/slurm/sweep.sh" train.seed 1,2 "$config" "${settings[@]}" --nodes=1 \
    --ntasks-per-node=1 --cpus-per-task=1 --time=10)
await 90 "job $last, which depends on the others, has ended" ended "$last"
state_is "$last" COMPLETED || fail "job $last is $(field "$last" JobState)"
same_as_alone sweep-train.seed-1
for seed in 1 2; do
    mse=$(summary "sweep-train.seed-$seed" best_val_mse)
    grep -q " $seed $mse 2\$" sweep-train.seed.txt || fail "no right line of seed $seed"
done
! cmp -s sweep-train.seed-1/metrics.csv sweep-train.seed-2/metrics.csv ||
    fail "both seeds gave the same results"
