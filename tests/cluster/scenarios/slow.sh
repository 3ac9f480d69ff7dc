#!/usr/bin/env bash
# Proves that a network of 10 Mbit/s (tc tbf) makes a run slower and nothing else.
. "$(dirname "$0")/../scenario.sh"
settings+=(train.epochs=2)
train_alone
slow_network 10
job=$(submit run --nodes=3)
await 180 "job $job has ended" ended "$job"
state_is "$job" COMPLETED || fail "job $job is $(field "$job" JobState)"
sent=$(ip netns exec h1 tc -s qdisc show dev eth0 | sed -n 's/.*Sent \([0-9]*\) bytes.*/\1/p')
say "h1 sent $((sent / 1024)) KiB in $(summary run wall_seconds) s"
[ "$sent" -gt 1000000 ] || fail "next to nothing crossed the network"
same_as_alone run
