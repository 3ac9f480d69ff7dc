# Sourced: the hosts of the lab and what can befall them. A host hN is a set of namespaces with the
# address 10.77.0.N, its own host name, processes and /dev/shm; files are shared, as by NFS. The
# lab's outermost namespaces are the machine that users log in to: it is called login.
LAB=/run/lab
NETWORK=10.77.0
lab_source=$(dirname "${BASH_SOURCE[0]}")
. "$lab_source/../../../scripts/mpi-env.sh"
export SLURM_CONF=$LAB/etc/slurm.conf
# Open MPI's session folders: with the lab they go away, even those of killed processes.
export TMPDIR=$LAB/tmp

build_hosts() { # count
    local i
    mkdir -p $LAB/etc $LAB/log $LAB/munge $LAB/run $LAB/state $LAB/tmp $LAB/work
    cp "$lab_source/agent.sh" $LAB/agent # Open MPI cuts an agent's name at spaces
    hostname login
    {
        echo "127.0.0.1 localhost"
        echo "$NETWORK.254 login"
        for i in $(seq "$1"); do echo "$NETWORK.$i h$i"; done
    } >$LAB/etc/hosts
    mount --bind $LAB/etc/hosts /etc/hosts
    mount -t tmpfs tmpfs /dev/shm
    ip link set lo up
    ip link add lab type bridge
    ip address add $NETWORK.254/24 dev lab
    ip link set lab up
    for i in $(seq "$1"); do
        ip netns add "h$i"
        ip link add "to-h$i" type veth peer name eth0 netns "h$i"
        ip link set "to-h$i" master lab up
        ip -n "h$i" address add "$NETWORK.$i/24" dev eth0
        ip -n "h$i" link set eth0 up
        ip -n "h$i" link set lo up
        boot_host "h$i"
    done
}

# Starts the host's process 1. Its folders are as they were, with all that Slurm left there.
boot_host() { # host
    local parent
    rm -f "$LAB/$1/ready"
    mkdir -p "$LAB/$1/spool" "$LAB/$1/tmp"
    nsenter --net="/run/netns/$1" unshare --uts --mount --ipc --pid --fork --mount-proc \
        bash "$lab_source/init.sh" "$1" "$LAB/$1/ready" </dev/null >"$LAB/log/init-$1" 2>&1 &
    parent=$!
    disown $parent
    until [ -e "$LAB/$1/ready" ]; do sleep 0.02; done
    pgrep -P $parent >"$LAB/run/$1.pid"
    heal_host "$1"
}

on_host() { # host command...: runs a command there, in the same folder as here
    local host=$1
    shift
    "$LAB/agent" "$host" exec "$(printf '%q ' "$@")"
}

crash_host() { # host: the power is gone, so that not even its connections are closed
    cut_host "$1"
    kill -KILL "$(cat "$LAB/run/$1.pid")"
    rm "$LAB/run/$1.pid"
}

cut_host() { ip link set "to-$1" down; } # host: its cable is pulled
heal_host() { ip link set "to-$1" up; }

slow_network() { # MBIT: of each host's sending
    local host
    for host in "$LAB"/run/h*.pid; do
        host=$(basename "$host" .pid)
        ip netns exec "$host" tc qdisc replace dev eth0 root \
            tbf rate "$1mbit" burst 16kb latency 50ms
    done
}

full_speed() {
    local host
    for host in "$LAB"/run/h*.pid; do
        ip netns exec "$(basename "$host" .pid)" tc qdisc del dev eth0 root
    done
}
