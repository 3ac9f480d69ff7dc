# Sourced after hosts.sh: a real Slurm on the lab's hosts. Every host has the partitions "batch" and
# "urgent"; a job of urgent takes the hosts of jobs of batch, which are requeued.

slurm_settings() {
    cat <<END
ClusterName=lab
SlurmctldHost=login($NETWORK.254)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$LAB/munge/socket
CredType=cred/munge
StateSaveLocation=$LAB/state
SlurmdSpoolDir=$LAB/%n/spool
TmpFS=$LAB/%n/tmp
SlurmctldPidFile=$LAB/run/slurmctld.pid
SlurmdPidFile=$LAB/run/slurmd-%n.pid
SlurmctldLogFile=$LAB/log/slurmctld
SlurmdLogFile=$LAB/log/slurmd-%n
MailProg=/bin/true
END
    # Plug-ins that need no cgroups, no data base and no second MPI.
    cat <<END
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
END
    # Times as short as they go. A finished job stays visible, a requeued one may start at once.
    cat <<END
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,batch_sched_delay=0,sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
SlurmctldTimeout=10
SlurmdTimeout=10
MessageTimeout=10
KillWait=5
MinJobAge=3600
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
END
}

slurm_hosts() { # count
    local i
    for i in $(seq "$1"); do echo "NodeName=h$i NodeAddr=$NETWORK.$i CPUs=4 RealMemory=2000"; done
    echo "PartitionName=batch Nodes=ALL Default=YES MaxTime=60 DefaultTime=5 PriorityTier=1" \
        "PreemptMode=REQUEUE GraceTime=20"
    echo "PartitionName=urgent Nodes=ALL MaxTime=60 DefaultTime=5 PriorityTier=10"
}

start_slurmd() { on_host "$1" slurmd -f "$SLURM_CONF"; } # host

start_slurm() { # count
    local i
    {
        slurm_settings
        slurm_hosts "$1"
    } >"$SLURM_CONF"
    (umask 077 && head -c 1024 /dev/urandom >"$LAB/munge/key")
    chmod 755 "$LAB/munge"
    munged --key-file="$LAB/munge/key" --seed-file="$LAB/munge/seed" \
        --socket="$LAB/munge/socket" --pid-file="$LAB/run/munged.pid" \
        --log-file="$LAB/log/munged" --num-threads=2
    slurmctld -i -f "$SLURM_CONF"
    for i in $(seq "$1"); do start_slurmd "h$i"; done
    for i in $(seq 100); do
        [ "$(sinfo -h -N -p batch -o %T | grep -c '^idle$')" != "$1" ] || return 0
        sleep 0.1
    done
    echo "the lab's hosts did not come up:" >&2
    sinfo -N -l >&2
    tail -n 20 "$LAB"/log/* >&2
    return 1
}
