#!/usr/bin/env bash
# Proves that nothing stays of a lab that is killed in the middle, as a test that takes too long is:
# no process, no network namespace, no mount. And that a lab ends with its command's exit code.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
code=0
"$here/lab.sh" --hosts 1 sh -c 'exit 5' || code=$?
[ $code != 77 ] || exit 77
[ $code = 5 ] || { echo "FAILED: a command that ends with 5 gave $code" && exit 1; }

marked() { # every process of the lab has the mark in its environment
    grep -lz "^LOCKSTEP_LAB_MARK=$$\$" /proc/[0-9]*/environ 2>/dev/null | grep -v '/self/' || true
}
traces() { # what this machine shows of labs
    ls /run/netns 2>/dev/null || true
    grep ' /run/lab' /proc/mounts || true
    ip -brief link
}

before=$(traces)
LOCKSTEP_LAB_MARK=$$ "$here/lab.sh" sleep 1000 &
lab=$!
# Three hosts with slurmd, slurmctld, munged and sleep.
for _ in $(seq 200); do
    [ "$(marked | wc -l)" -lt 10 ] || break
    sleep 0.1
done
[ "$(marked | wc -l)" -ge 10 ] || { echo "FAILED: the lab did not come up" && exit 1; }
kill -KILL $lab
wait $lab || true
for _ in $(seq 100); do
    [ -n "$(marked)" ] || break
    sleep 0.1
done
[ -z "$(marked)" ] || { echo "FAILED: still there: $(marked)" && exit 1; }
[ "$(traces)" = "$before" ] || { diff <(echo "$before") <(traces) || exit 1; }
echo "nothing is left"
