#!/usr/bin/env bash
# Stands in for ssh in the lab: agent.sh HOST COMMAND... runs the words as a shell there would. For
# Open MPI: mpirun --mca plm_rsh_agent /run/lab/agent --host h1,h2 ...
# A host that is down or cut off does not answer, as it would not answer ssh.
set -eu
while [ "${1:0:1}" = - ]; do # options of ssh
    case $1 in
        -o) shift 2 ;;
        *) shift ;;
    esac
done
host=$1
shift
pid=$(cat "/run/lab/run/$host.pid" 2>/dev/null || true)
if [ -z "$pid" ] || ip link show "to-$host" | grep -q 'state DOWN'; then
    echo "ssh: connect to host $host port 22: No route to host" >&2
    exit 255
fi
code=0
# shellcheck disable=SC2016
nsenter -t "$pid" --net --uts --mount --ipc --pid -- \
    bash -c 'cd "$0" 2>/dev/null; eval "$1"' "$PWD" "$*" || code=$?
if [ ! -e "/proc/$pid" ]; then # the host crashed meanwhile
    echo "client_loop: send disconnect: Broken pipe" >&2
    code=255
fi
exit $code
