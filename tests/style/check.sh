#!/usr/bin/env bash
# The rules of style that a script can check. Each has a name and a title; an offence is printed
# with its place.
#   tests/style/check.sh [--root FOLDER] [RULE...]      (default: this checkout, every rule)
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ "${1:-}" = --root ]; then
    root=$(cd "$2" && pwd)
    shift 2
fi
cd "$root" || exit 1
export LC_ALL=C.UTF-8

# find_files FOLDERS... -- NAMES...: the files of the project.
find_files() {
    local folders=() names=(-false)
    while [ "$1" != -- ]; do
        if [ -e "$1" ]; then folders+=("$1"); fi
        shift
    done
    shift
    for name in "$@"; do names+=(-o -name "$name"); done
    if [ ${#folders[@]} -gt 0 ]; then
        find "${folders[@]}" -type f \( "${names[@]}" \) | sort
    fi
}

mapfile -t library < <(find_files src include -- '*.c' '*.h')
mapfile -t c_files < <(find_files src include tests -- '*.c' '*.h')
mapfile -t headers < <(find_files include -- '*.h')
mapfile -t scripts < <(find_files scripts tests slurm .ci -- '*.sh' '*.py' '*.awk' '*.sbatch' run)
mapfile -t cmake_files < <(find_files CMakeLists.txt cmake src tests -- '*.cmake' CMakeLists.txt)
mapfile -t prose < <(find_files README.md CONTRIBUTING.md docs configs slurm -- '*.md' '*.ini')
written=("${c_files[@]}" "${scripts[@]}" "${cmake_files[@]}")
everything=("${written[@]}" "${prose[@]}")

# Values that a script generated are data, not text to read.
handwritten() { printf '%s\n' "$@" | grep -vE '^tests/golden/.*_values\.h$'; }
# code PATTERN [FILE...]: lines whose code, without comments and strings, matches.
code() {
    local pattern=$1
    shift
    if [ $# -gt 0 ]; then awk -f "$here/code.awk" "$@" | grep -E "^[^:]+:[0-9]+.*($pattern)"; fi
}
# lines PATTERN [FILE...]: lines that match as they stand.
lines() {
    local pattern=$1
    shift
    if [ $# -gt 0 ]; then grep -HnE "$pattern" "$@"; fi
}
longer_than() {
    awk -v limit="$1" 'END { if (FNR > limit) print FILENAME ":" limit + 1 ": of " FNR }' "$2"
}
outside() { printf '%s\n' "${library[@]}" | grep -vE "^(src|include/lockstep)/($1)/"; }

layering_title="A module uses only modules above it, and outside headers only where they belong"
layering() { awk -f "$here/layering.awk" "${library[@]}"; }

voices_title="No printing, exiting or asserting in the library: it returns a status"
voices() {
    mapfile -t files < <(outside 'base|app')
    code '\b(printf|vprintf|puts|putchar|perror|exit|abort|assert|quick_exit)[[:space:]]*\(' \
        "${files[@]}"
    code '\bfprintf[[:space:]]*\([[:space:]]*(stdout|stderr)\b' "${files[@]}"
    # Two exceptions: the watchdog's last resort, and a forked child, which has no other way to end.
    code '\b_exit[[:space:]]*\(' "${files[@]}" | grep -vE '^src/(comm/|data/probe\.c:)'
}

memory_title="Memory comes from ls_alloc (base/memory.h); free() of libc's own says that it is"
memory() {
    mapfile -t files < <(outside 'base')
    local words='malloc|calloc|realloc|free|strdup|strndup|aligned_alloc|posix_memalign|v?asprintf'
    code "(^|[^A-Za-z0-9_.>])($words)[[:space:]]*\\(" "${files[@]}" |
        while IFS=: read -r file line text; do
            if ! sed -n "${line}p" "$file" | grep -q 'free(.*/\* .*libc'; then
                echo "$file:$line:$text"
            fi
        done
}

randomness_title="Random numbers are functions of their place (base/random.h), without hidden state"
randomness() {
    code '\b(rand|srand|random|srandom|drand48|rand_r)[[:space:]]*\(' "${library[@]}"
}

unsafe_title="No function that can't be told the size of its buffer"
unsafe() {
    code '\b(strcpy|strcat|sprintf|vsprintf|gets|alloca)[[:space:]]*\(' "${library[@]}" |
        grep -vE 'strcpy\([^,]*, ""\)' # a literal's length is known
}

file_length_title="No file over 500 lines, no public header over 150"
file_length() {
    local file
    while read -r file; do longer_than 500 "$file"; done < <(handwritten "${written[@]}")
    for file in "${headers[@]}"; do longer_than 150 "$file"; done
}

function_length_title="No function over 80 lines"
function_length() {
    mapfile -t files < <(printf '%s\n' "${c_files[@]}" | grep '\.c$')
    awk -v limit=80 -f "$here/functions.awk" "${files[@]}"
}

line_length_title="No line over 100 columns, but for the rows of a table of cases"
line_length() {
    mapfile -t files < <(handwritten "${written[@]}")
    lines '^.{101,}$' "${files[@]}" | grep -vE '^[^:]+:[0-9]+:bad "'
}

white_space_title="No tabs and no white space at a line's end; a file ends with a newline"
white_space() {
    lines $'\t|[ \r]+$' "${everything[@]}"
    local file
    for file in "${everything[@]}"; do
        if [ -n "$(tail -c 1 "$file")" ]; then echo "$file:1: no newline at its end"; fi
    done
}

leftovers_title="Nothing is left for later: no notes to do, no code switched off"
leftovers() {
    mapfile -t files < <(printf '%s\n' "${everything[@]}" | grep -v '^tests/style/')
    lines '\b(TODO|FIXME|XXX|HACK)\b' "${files[@]}"
    lines '^[[:space:]]*#[[:space:]]*if 0\b' "${c_files[@]}"
}

private_paths_title="No paths of one machine"
private_paths() {
    mapfile -t files < <(printf '%s\n' "${everything[@]}" | grep -vE '^(tests/style/|\.ci/run$)')
    lines '(^|[^A-Za-z0-9_.])/(work|home|root|tmp/[a-z]+-venv)/|\.\./shared' "${files[@]}"
}

guards_title="Every header has a guard of its own: LOCKSTEP_..._H"
guards() {
    mapfile -t files < <(handwritten "${c_files[@]}" | grep '\.h$')
    awk 'function close_file() {
             if (file && guard == "") print file ":1: no #ifndef LOCKSTEP_..._H"
         }
         FNR == 1 { close_file(); file = FILENAME; guard = "" }
         guard == "" && /^#ifndef LOCKSTEP_[A-Z0-9_]*_H$/ {
             guard = $2
             if (guard in owner) print file ":" FNR ": " guard " is also that of " owner[guard]
             owner[guard] = file
             wanted = "#define " guard
             if ((getline next_line) > 0 && next_line != wanted) print file ":" FNR ": no " wanted
         }
         END { close_file() }' "${files[@]}" </dev/null
}

opening_title="Every C file opens with a comment that says what it is for"
opening() {
    local file
    for file in "${c_files[@]}"; do
        if [ "$(head -c 2 "$file")" != '/*' ]; then echo "$file:1:$(head -n 1 "$file")"; fi
    done
}

mentioned_title="Every source is in its module's list"
mentioned() {
    local file module
    for file in "${library[@]}"; do
        module=$(cut -d/ -f2 <<<"$file")
        if [[ $file == *.c ]] && ! cat "src/$module"/{CMakeLists.txt,*.cmake} 2>/dev/null |
            grep -qE "(^|[ (/])$(basename "$file")([ )]|\$)"; then
            echo "$file:1: not in src/$module/CMakeLists.txt"
        fi
    done
}

copies_title="What slurm/train.sbatch has of scripts/run-folder.sh is the same, word for word"
copies() {
    local name ours theirs
    for name in $(sed -n 's/^\([a-z_]*\)() {.*/\1/p' scripts/run-folder.sh); do
        ours=$(sed -n "/^$name() {/,/^}/p" scripts/run-folder.sh)
        theirs=$(sed -n "/^$name() {/,/^}/p" slurm/train.sbatch)
        if [ "$ours" != "$theirs" ]; then echo "slurm/train.sbatch:1: $name differs"; fi
    done
}

all=(layering voices memory randomness unsafe file_length function_length line_length white_space
    leftovers private_paths guards opening mentioned copies)
if [ $# -eq 0 ]; then set -- "${all[@]}"; fi
failed=0
for rule in "$@"; do
    title=${rule}_title
    if [ -z "${!title:-}" ]; then
        echo "check.sh: no rule $rule; there are: ${all[*]}" >&2
        exit 1
    fi
    found=$("$rule")
    if [ -n "$found" ]; then
        failed=$((failed + 1))
        printf 'BROKEN  %s: %s\n' "$rule" "${!title}"
        sed 's/^/    /' <<<"$found"
    else
        printf 'kept    %s: %s\n' "$rule" "${!title}"
    fi
done
[ $failed -eq 0 ]
