#!/usr/bin/env bash
# Makes the files that the table of bad inputs names, in the present folder.
#   make_inputs.sh LOCKSTEP MAKE_HDF5
set -eu
lockstep=$1 make_hdf5=$2

# flip FILE OFFSET FROM_FILE: a copy of FROM_FILE in which all bits of one byte are turned over.
flip() {
    local byte
    cp -L "$3" "$1"
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\$(printf %03o $((255 - byte)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# record LABEL...: one CIFAR-10 record a label, its pixels a running text.
record() {
    local label
    for label in "$@"; do
        # shellcheck disable=SC2059
        printf "\\$(printf %03o "$label")"
        seq "$((label * 1000 + 1))" 9999999 2>/dev/null | head -c 3072
    done
}

# cifar FOLDER: a whole CIFAR-10 of 2 records a file.
cifar() {
    mkdir -p "$1"
    local i
    for i in 1 2 3 4 5; do record "$i" $((i + 4)) >"$1/data_batch_$i.bin"; done
    record 0 9 >"$1/test_batch.bin"
}

make_configurations() {
    local i
    cat >small.ini <<'END'
[data]
synthetic_train = 32
synthetic_test = 16
synthetic_size = 16
[model]
filters = 4,4
latent = 4
[train]
batch = 8
lane = 4
epochs = 1
END
    : >empty.ini
    mkdir folder
    printf '[train]\nbatch = 8\0\n' >zero-byte.ini
    printf '[model]\nencoder = %0300d\n' 7 >long-line.ini
    {
        printf '[model]\nencoder =\n'
        for i in $(seq 30); do printf '  %0100d\n' "$i"; done
    } >long-value.ini
    printf '[train]\nbatch = 4\n\n[model]\nlatent = 3\n[train]\nbatch = 5\n' >twice.ini
    printf '[trian]\nbatch = 4\n' >section.ini
    printf '[train]\nbacth = 4\n' >key.ini
    printf '[train]\nlr = 0.1\n' >elsewhere.ini
    printf 'batch = 4\n' >no-section.ini
    printf '[train\nbatch = 4\n' >open-section.ini
    printf '[train]\nbatch 4\n' >no-equals.ini
    printf '[train]\nbatch = 64 # images\n' >comment.ini
    printf '[train]\n  batch = 64\n  epochs = 3\n' >indented.ini
    printf '[optim]\nlr = nan\n' >nan.ini
    printf '[optim]\nlr = 1e400\n' >overflow.ini
    printf '[optim]\nlr =\n' >no-value.ini
    printf '[train]\nbatch = 0x10\nlane = 0\n[optim]\nname = adma\n' >three.ini
    printf '\357\273\277[train]\r\nbatch = 0\r\n' >dos.ini
    head -c 3000 "$lockstep" >program.ini
}

make_folders() {
    cifar whole
    cifar cut && head -c 6046 whole/data_batch_3.bin >cut/data_batch_3.bin
    cifar absent && rm absent/data_batch_2.bin
    cifar empty && : >empty/test_batch.bin
    cifar label && record 3 10 >label/data_batch_4.bin
    cifar grey && head -c 3072 whole/data_batch_1.bin >grey/data_batch_1.bin
    cifar entry && rm entry/test_batch.bin && mkdir entry/test_batch.bin
    mkdir cifar100 cifar100-cut nothing
    { printf '\023'; record 99; } >cifar100/test.bin
    { printf '\024'; record 1; } >cifar100/train.bin # coarse label 20
    { printf '\001'; record 1; } >cifar100-cut/test.bin
    record 1 >cifar100-cut/train.bin
    cifar both && cp cifar100/*.bin both/
}

make_archives() {
    local name=cifar-10-batches-bin size
    cifar $name
    tar --format=ustar --mtime=@0 -cf whole.tar $name
    gzip -nc whole.tar >whole.tar.gz
    size=$(stat -c %s whole.tar.gz)
    head -c $((size / 2)) whole.tar.gz >gz-cut.tar.gz
    head -c 5 whole.tar.gz >gz-head.tar.gz
    flip gz-flip.tar.gz $((size / 2)) whole.tar.gz
    flip gz-check.tar.gz $((size - 6)) whole.tar.gz
    cp whole.tar plain.tar.gz
    : >empty.tar.gz
    head -c 7000 whole.tar | gzip -n >tar-cut.tar.gz
    flip header.tar 700 whole.tar && gzip -nc header.tar >tar-header.tar.gz
    tar --format=ustar -cf - small.ini | gzip -n >no-cifar.tar.gz
    tar --format=ustar -cf - -C label . | gzip -n >label.tar.gz
    seq 1000 | gzip -n >text.tar.gz
}

make_data_sets() {
    "$make_hdf5" .
    "$lockstep" data pack whole packed.h5 --quiet
    local size
    size=$(stat -c %s packed.h5)
    head -c $((size - 1)) packed.h5 >packed-cut.h5
    flip packed-flip.h5 $((size / 2)) packed.h5
    flip packed-head.h5 20 packed.h5
    size=$(stat -c %s h5-no-test.h5)
    head -c $((size / 2)) h5-no-test.h5 >foreign-cut.h5
    { head -c 512 /dev/zero; seq 9999 | head -c 4096; } >foreign-none.h5
    printf '\211HDF\r\n\032\n' >foreign-head.h5
    seq 9999 >>foreign-head.h5
}

# metrics NAME: a folder metrics-NAME with metrics.csv of what is read.
metrics() {
    mkdir "metrics-$1"
    cat >"metrics-$1/metrics.csv"
}

make_metrics() {
    local header
    header=$(head -n 1 good/metrics.csv)
    seq 9 | metrics other
    printf '%s\n1,4,0.001,0.5,0.5,3,0.5,0.5,much\n' "$header" | metrics word
    printf '%s\n1,4,0.001,0.5,0.5,3\n' "$header" | metrics cut
    printf '%s\n' "$header" | metrics none
    printf '%s\n1,4,0.001,0,0,inf,0,0,0\n2,8,0.001,0,0,inf,0,0,nan\n' "$header" | metrics zero
}

make_checkpoints() {
    "$lockstep" train small.ini train.out=good --quiet >train.log
    cp -L good/checkpoints/best.h5 best.h5
    "$lockstep" pca small.ini 2 --out large.h5 data.synthetic_size=20 --quiet >pca.log
    local size
    size=$(stat -c %s best.h5)
    : >zero.h5
    head -c 100 best.h5 >in-seal.h5
    head -c $((size / 2)) best.h5 >half.h5
    head -c $((size - 1)) best.h5 >minus-one.h5
    { cat best.h5; printf 'x'; } >plus-one.h5
    cp small.ini text.h5
    flip magic.h5 0 best.h5
    flip version.h5 9 best.h5
    flip length.h5 20 best.h5
    flip hash.h5 30 best.h5
    flip check.h5 45 best.h5
    flip rest.h5 300 best.h5
    flip superblock.h5 520 best.h5
    flip middle.h5 $((size / 2)) best.h5
    flip last.h5 $((size - 1)) best.h5
    cp -rL good damaged
    for file in damaged/checkpoints/*.h5; do flip "$file" $((size / 2)) best.h5; done
    make_metrics
    "$lockstep" encode best.h5 --out codes.h5 --quiet
}

make_configurations
make_folders
make_archives
make_data_sets
make_checkpoints
