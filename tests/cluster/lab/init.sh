# Process 1 of a host of the lab: init.sh HOST READY_FILE. It stays, and reaps what is orphaned.
set -eu
hostname "$1"
mount --make-rprivate /
mount -t tmpfs -o size=1g tmpfs /dev/shm
: >"$2"
while :; do
    sleep 1000 &
    wait -n || true
done
