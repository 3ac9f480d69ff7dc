#!/usr/bin/env bash
# Proves what `lockstep doctor` finds of a run folder that can't be written to, has too little room,
# stands in memory, or is not the same for all ranks; and that it leaves nothing behind there. Needs
# the right to mount, in a namespace of its own; skipped (77) without.
#   doctor_mounts.sh LOCKSTEP MPIRUN_TEST
set -u
lockstep=$1
run=$2
if [ "${LOCKSTEP_IN_NAMESPACE:-}" != 1 ]; then
    if ! unshare -m true 2>/dev/null; then
        echo "skipped: no right to make a mount namespace (unshare -m)"
        exit 77
    fi
    LOCKSTEP_IN_NAMESPACE=1 exec unshare -m "$0" "$@"
fi
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
trap 'umount -q place; umount -q place; rm -rf "$work"' EXIT
doctor=("$lockstep" doctor small.ini --json train.out=place/run)
mkdir place
if ! mount -t tmpfs -o size=1m small place; then
    echo "skipped: no right to mount a file system"
    exit 77
fi

for ranks in 1 2; do
    remember place
    examine "little room on $ranks" 1 "$run" $ranks "${doctor[@]}"
    verdicts fail room
    verdicts warn file_system hdf5
    says 'not checked, as room failed'
    verdicts ok folder shared
    nothing_left place
done

mount -o remount,ro place
examine "read-only" 1 "$run" 2 "${doctor[@]}"
verdicts fail folder
says 'Read-only file system'
verdicts warn shared room hdf5
says 'not checked, as folder failed'
mount -o remount,rw place
mkdir -p place/run/checkpoints
mount --bind place/run/checkpoints place/run/checkpoints
mount -o remount,bind,ro place/run/checkpoints
examine "read-only checkpoints" 1 "${doctor[@]}"
verdicts fail folder
says 'checkpoints'
umount place/run/checkpoints

# Rank 1 has another file system under that name.
umount place
mkdir -p place/run
cat >apart.sh <<'END'
#!/bin/sh
mount -t tmpfs apart place && exec "$@"
END
chmod +x apart.sh
remember place
examine "not shared" 1 "$run" 1 "${doctor[@]}" : -n 1 unshare -m ./apart.sh "${doctor[@]}"
verdicts fail shared
says 'rank 1 on '
verdicts warn hdf5
nothing_left place
end
