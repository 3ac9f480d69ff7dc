# Sourced by quickstart.sh and test.sh: where things are, and installing and building.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

say() {
    printf '\n== %s\n' "$*"
}

install_dependencies() { # [options of install-deps.sh]
    if [ "${LOCKSTEP_SKIP_INSTALL:-0}" != 1 ]; then
        "$root/scripts/install-deps.sh" "$@"
    fi
}

# build_tree FOLDER TARGET [CMAKE ARGUMENT...]: configures, and builds TARGET, under FOLDER.
# A build folder that was copied along with a checkout still names the old place: begin anew.
build_tree() {
    local folder=$1 target=$2
    shift 2
    local cache="$folder/CMakeCache.txt"
    if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        echo "$folder was configured for another checkout: beginning anew"
        rm -rf "$folder/CMakeCache.txt" "$folder/CMakeFiles"
    fi
    cmake -S "$root" -B "$folder" "$@" || return
    cmake --build "$folder" --target "$target" -j "$jobs"
}
