#!/usr/bin/env bash
# Proves that check.sh can fail: each rule is given a small tree with offences and near misses, and
# must name exactly the offences.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
failed=0

# file PATH TEXT: adds a file to the tree; \n and \t in TEXT are newline and tab.
file() {
    mkdir -p "$work/tree/$(dirname "$1")"
    printf '%b' "$2" >"$work/tree/$1"
}

# names RULE [PATH:LINE...]: the rule names these places and no others. Then begins a new tree.
names() {
    local rule=$1 found expected
    shift
    expected=$(printf '%s\n' "$@" | sort)
    found=$("$here/check.sh" --root "$work/tree" "$rule" |
        sed -nE 's/^    ([^:]+:[0-9]+):.*/\1/p' | sort) || true
    if [ "$found" = "$expected" ]; then
        echo "ok      $rule"
    else
        failed=1
        echo "FAILED  $rule"
        diff <(echo "$expected") <(echo "$found") |
            sed 's/^</    not found: /; s/^>/    found:     /'
    fi
    rm -rf "$work/tree"
    mkdir "$work/tree"
}

file src/layer/a.c '#include "lockstep/base/status.h"\n#include "lockstep/loss/loss.h"\n'
file src/base/a.c '#include <xxhash.h>\n#include "lockstep/tensor/shape.h"\n#include <mpi.h>\n'
file src/comm/a.c '#include <mpi.h>\n#include "comm_private.h"\n#include <hdf5.h>\n'
file src/backend/a.c '#include <cblas.h>\n'
file src/backend/cpu/a.c '#include <cblas.h>\n#include "lockstep/base/status.h"\n'
file src/train/a.c '#include "data/store.h"\n#include "train/session.h"\n#include "../app/app.h"\n'
file include/lockstep/model/a.h '#include "lockstep/layer/layer.h"\n#include <Random123/philox.h>\n'
names layering src/layer/a.c:2 src/base/a.c:2 src/base/a.c:3 src/comm/a.c:3 src/backend/a.c:1 \
    src/train/a.c:1 src/train/a.c:3 include/lockstep/model/a.h:2

file src/model/a.c '/* printf( */\nsnprintf(t, 2, "exit(");\nprintf("x");\nfprintf(file, "x");\n'
file src/data/a.c 'fprintf(stderr, "x");\nassert (x);\nls_exit();\n_exit(1);\n'
file src/comm/a.c '_exit(1);\n/* two\nabort() lines */\nabort();\n'
file src/app/a.c 'printf("results");\nexit(0);\n'
names voices src/model/a.c:3 src/data/a.c:1 src/data/a.c:2 src/data/a.c:4 src/comm/a.c:4

file src/model/a.c 'ls_free(x);\nfree(x);\nfree(x); /* from libc'"'"'s realpath */\nx->free(x);\n'
file src/io/a.c 'x = malloc(1);\nx = ls_alloc(1); /* not malloc(1) */\ny = strdup("a");\n'
file src/base/a.c 'x = malloc(1);\n'
names memory src/model/a.c:2 src/io/a.c:1 src/io/a.c:3

file src/data/a.c 'x = rand();\ny = ls_random(key);\nz = my.rand_count;\n'
names randomness src/data/a.c:1

file src/data/a.c 'strcpy(a, b);\nstrcpy(a, "literal");\nsnprintf(a, 3, b);\nsprintf(a, b);\n'
names unsafe src/data/a.c:1 src/data/a.c:4

file src/data/a.c "$(printf 'x\\n%.0s' {1..501})"
file src/data/b.c "$(printf 'x\\n%.0s' {1..500})"
file include/lockstep/data/a.h "$(printf 'x\\n%.0s' {1..151})"
names file_length src/data/a.c:501 include/lockstep/data/a.h:151

body=$(printf '    x;\\n%.0s' {1..77})
ends_at_80="/* head */\nint a(void)\n{\n${body}}\n\n"
file src/data/a.c "${ends_at_80}int b(int c,\n      int d)\n{\n${body}}\n"
file src/data/b.c "struct a {\n${body}    x;\n    x;\n    x;\n};\n"
names function_length src/data/a.c:83

hundred=$(printf 'é%.0s' {1..100})
file src/data/a.c "${hundred}x\n$hundred\n"
names line_length src/data/a.c:1

file src/data/a.c 'x\n\tx\nx \n'
file docs/a.md 'text'
names white_space src/data/a.c:2 src/data/a.c:3 docs/a.md:1

file src/data/a.c '/* TODO: later */\n#if 0\n#endif\nint TODOS;\n'
names leftovers src/data/a.c:1 src/data/a.c:2

file docs/a.md 'see /home/me/x\nsee /usr/bin/env\nframework/work/x\nput in ../shared/data\n'
names private_paths docs/a.md:1 docs/a.md:4

file src/data/a.h '/* a */\n#ifndef LOCKSTEP_DATA_A_H\n#define LOCKSTEP_DATA_A_H\n#endif\n'
file src/data/b.h '/* b */\n#ifndef LOCKSTEP_DATA_A_H\n#define LOCKSTEP_DATA_A_H\n#endif\n'
file src/data/c.h '/* c */\n#ifndef DATA_C_H\n#define DATA_C_H\n#endif\n'
file src/data/d.h '/* d */\n#ifndef LOCKSTEP_DATA_D_H\n#define LOCKSTEP_DATA_H\n#endif\n'
names guards src/data/b.h:2 src/data/c.h:1 src/data/d.h:3

file src/data/a.c '/* what it is for */\n'
file src/data/b.c '#include <math.h>\n'
names opening src/data/b.c:1

file src/data/CMakeLists.txt 'lockstep_module(data SOURCES a.c\n  sub/c.c)\n'
file src/data/a.c 'x\n'
file src/data/sub/c.c 'x\n'
file src/data/b.c 'x\n'
names mentioned src/data/b.c:1

file scripts/run-folder.sh 'a() {\n    x\n}\n\nb() {\n    x\n}\n'
file slurm/train.sbatch 'b() {\n    x\n}\nrun\na() {\n    y\n}\n'
names copies slurm/train.sbatch:1

exit $failed
