#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests by ctest.
#   scripts/test.sh              the release build and all its tests but the long ones
#   scripts/test.sh --asan       all but chaos, on two ranks at most, with ASan and UBSan
#   scripts/test.sh --all        both: what continuous integration runs
#   scripts/test.sh --long       the release build's long tests
# As root it installs Slurm too, and starts none of it: without it tests/cluster is skipped.
# Tests on real images need LOCKSTEP_DATA=.../cifar-10-binary.tar.gz and are skipped without it.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The tests' PROCESSORS are halves of a core (cmake/LockstepModule.cmake).
run_ctest() {
    ctest --test-dir "$1" -j $((2 * jobs)) --output-on-failure --no-tests=error "${@:2}"
}

release() {
    say "Release build"
    build_tree "$root/build" all -DCMAKE_BUILD_TYPE=Release -DLOCKSTEP_TESTS=ON
    say "Release tests"
    run_ctest "$root/build" "$@"
}

# More ranks than two find nothing new here and take many times as long.
asan() {
    say "Build with sanitizers"
    build_tree "$root/build-asan" all -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLOCKSTEP_SANITIZE=ON \
        -DLOCKSTEP_WERROR=ON -DLOCKSTEP_TESTS=ON
    say "Tests with sanitizers"
    run_ctest "$root/build-asan" -L 'unit|contract|golden|mpi|fault' -LE long \
        -E '\.([3-9]|[0-9][0-9])$'
}

case ${1:-} in
    '' | --asan | --all | --long) ;;
    --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "test.sh: unknown argument $1; see --help" >&2; exit 1 ;;
esac

say "Installing what is missing"
if [ "$(id -u)" -eq 0 ]; then install_dependencies --cluster; else install_dependencies; fi
case ${1:-} in
    '') release -LE long ;;
    --asan) asan ;;
    --long) release -L long ;;
    --all) release -LE long; asan ;;
esac
