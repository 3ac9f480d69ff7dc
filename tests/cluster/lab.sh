#!/usr/bin/env bash
# A cluster on one machine: runs a command beside several fake hosts that a real Slurm manages.
#   tests/cluster/lab.sh [--hosts N] COMMAND [ARGUMENT...]      (3 hosts unless told otherwise)
# `tests/cluster/lab.sh bash` gives a shell in it; a script in it sources lab/hosts.sh to crash, cut
# off or slow down its hosts h1 to hN.
#
# All of it lives in namespaces of its own (processes, network, mounts, host names), and so do its
# files, in a tmpfs: when the command ends, or is killed by whatever, nothing is left, and several
# labs do not meet. It has no way out to a network. It wants root, Linux namespaces and the packages
# of `scripts/install-deps.sh --cluster`; exit code 77 and a reason where one of them is missing.
set -eu
cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
isolate=(unshare --mount --pid --net --uts --ipc --fork --kill-child --mount-proc)

skip() {
    echo "skipped: $1"
    exit 77
}

check_prerequisites() {
    local command missing=()
    [ "$(id -u)" -eq 0 ] || skip "a cluster of namespaces wants root"
    PATH=$PATH:/usr/sbin:/sbin
    for command in unshare nsenter ip tc pgrep munged slurmctld slurmd sbatch srun mpirun h5diff; do
        command -v "$command" >/dev/null || missing+=("$command")
    done
    [ ${#missing[@]} -eq 0 ] ||
        skip "not installed: ${missing[*]} (scripts/install-deps.sh --cluster brings them)"
    "${isolate[@]}" true 2>/dev/null || skip "this machine does not allow new namespaces"
    "${isolate[@]}" sh -c 'mount -t tmpfs tmpfs /run && ip link add lab type bridge &&
        ip link add near type veth peer name far' 2>/dev/null ||
        skip "this machine does not allow a tmpfs, a bridge or a veth in new namespaces"
}

# Runs as process 1 of the new namespaces: all the rest ends with it.
inside() {
    local hosts=$1
    shift
    mount -t tmpfs -o mode=755 tmpfs /run
    . "$cluster/lab/hosts.sh"
    . "$cluster/lab/slurm.sh"
    build_hosts "$hosts"
    start_slurm "$hosts"
    "$@"
}

hosts=3
case ${1:-} in
    --hosts) hosts=$2; shift 2 ;;
    --inside) shift; inside "$@"; exit ;;
    --help | '') sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
check_prerequisites
export PATH
exec "${isolate[@]}" "${BASH_SOURCE[0]}" --inside "$hosts" "$@"
