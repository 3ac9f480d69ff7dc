#!/usr/bin/env bash
# Installs the Debian 12 packages that Lockstep needs and that are missing.
#   scripts/install-deps.sh [--check] [--dev] [--cluster]
# --check     only says what is missing; exit code 1 if something is
# --dev       also what the developers' scripts use (clang, libFuzzer, clang-format, clang-tidy)
# --cluster   also what tests/cluster uses (Slurm); its services are not started
# Where nothing is missing it does nothing, and needs neither network nor rights.
set -eu

packages=(
    gcc libc6-dev make cmake pkgconf        # to build
    openmpi-bin libopenmpi-dev              # MPI and mpirun
    libopenblas-dev                         # matrix products
    libhdf5-openmpi-dev hdf5-tools          # checkpoints and data files; h5dump, h5diff
    zlib1g-dev libpng-dev                   # archives, pictures
    libinih-dev librandom123-dev libxxhash-dev
    libcmocka-dev valgrind                  # unit tests; a count of instructions
)
# Small matrix products: Debian has this library for amd64 alone.
if [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ]; then
    packages+=(libxsmm-dev)
fi

developer_packages=(clang clang-format clang-tidy libclang-rt-dev) # last: libFuzzer
cluster_packages=(
    slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge
    iproute2 procps util-linux              # ip and tc, pgrep, unshare and nsenter
)

check_only=0
for argument in "$@"; do
    case $argument in
        --check) check_only=1 ;;
        --dev) packages+=("${developer_packages[@]}") ;;
        --cluster) packages+=("${cluster_packages[@]}") ;;
        --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "install-deps.sh: unknown argument $argument; see --help" >&2; exit 1 ;;
    esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    {
        echo "Not a Debian system: nothing was installed. Lockstep needs, by Debian 12's names:"
        echo "  ${packages[*]}"
        echo "Install them your system's way and set LOCKSTEP_SKIP_INSTALL=1 for the other scripts."
    } >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null || true)
    grep -qx installed <<<"$state" || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
    echo "All ${#packages[@]} packages are installed."
    exit 0
fi
if [ $check_only -eq 1 ]; then
    echo "Missing: ${missing[*]}"
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Not root and no sudo. Ask an administrator for: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)

# Debian starts a package's services when it installs it, unless this file forbids it. Nothing here
# needs a service that runs; one that policy lets run already stays as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap '"${as_root[@]}" rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
fi

echo "Installing: ${missing[*]}"
"${apt[@]}" update || echo "apt-get update failed; trying with the package lists that are here" >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
