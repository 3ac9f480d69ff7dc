#!/usr/bin/env bash
# Proves what the command line promises: every command has a help with an example, versions are
# named, results stand on standard output and talk on standard error, --quiet silences the talk,
# JSON is JSON, and the trace is shown on demand alone.
#   command_line.sh LOCKSTEP
set -u
lockstep=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-line.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# check WHAT COMMAND...: the command must succeed.
check() {
    local what=$1
    shift
    if ! "$@" >>log 2>&1; then
        failures=$((failures + 1))
        echo "FAILED: $what"
    fi
}

says() { grep -Eq -- "$2" "$1"; }
silent() { ! [ -s "$1" ]; }
count() { tr -cd "$2" <"$1" | wc -c; }
balanced() { # as far as a shell can tell: one line, equal numbers of braces and brackets
    [ "$(wc -l <"$1")" -eq 1 ] && [ "$(count "$1" '{')" -eq "$(count "$1" '}')" ] &&
        [ "$(count "$1" '[')" -eq "$(count "$1" ']')" ]
}

check "help" "$lockstep" --help
"$lockstep" --help >all
for command in train eval reconstruct encode decode inspect bench pca probe doctor data \
    samples curves; do
    check "$command is in --help" says all "^  $command "
    "$lockstep" $command --help >help 2>err
    check "$command --help ends with 0" "$lockstep" $command --help
    check "$command --help has an example" says help "^  .*lockstep $command "
    check "$command --help is about it" says help "^usage: lockstep $command "
    check "$command --help says nothing else" silent err
    "$lockstep" help $command >other
    check "help $command is the same" cmp help other
done
"$lockstep" train --help >help
for option in data.path model.latent train.batch optim.lr backend.isa; do
    check "train --help lists $option" says help "${option#*.}"
done
"$lockstep" --version >version
for name in '^lockstep [0-9]' 'MPI: ' 'HDF5: +[0-9]' 'OpenBLAS: ' 'kernels: ' 'compiler: '; do
    check "--version names $name" says version "$name"
done

: >empty.ini
small=(data.synthetic_train=32 data.synthetic_test=16 data.synthetic_size=16 'model.filters=4,4'
    model.latent=4 train.batch=8 train.lane=4 train.epochs=2)
"$lockstep" train empty.ini "${small[@]}" --quiet >out 2>err
check "train ends with 0" [ $? -eq 0 ]
check "one line an epoch" [ "$(grep -c '^epoch [12]/2 ' out)" -eq 2 ]
check "no control characters away from a terminal" [ "$(tr -cd '\r\033' <out | wc -c)" -eq 0 ]
check "--quiet is quiet" silent err
check "says where everything is" says out '^in run: '
best=run/checkpoints/best.h5

"$lockstep" inspect empty.ini --json >inspect.json 2>err
check "inspect --json is JSON" balanced inspect.json
check "the paper's network has 712835 parameters" says inspect.json '"parameters": 712835,'
"$lockstep" inspect $best --json >best.json 2>err
check "inspect of a checkpoint is JSON" balanced best.json
digest=$(sed -n 's/.*"weights_digest": "\([0-9a-f]\{16\}\)".*/\1/p' best.json)
check "it has a digest" [ ${#digest} -eq 16 ]
"$lockstep" eval $best --json >eval.json 2>err
check "eval --json is JSON" balanced eval.json
for key in mse mae psnr psnr_mean_of_images ssim code_zeros images per_class; do
    check "eval --json has $key" says eval.json "\"$key\": "
done
"$lockstep" pca empty.ini 8 "${small[@]}" --json >pca.json 2>err
check "pca --json is JSON" balanced pca.json
for key in components train_mse test_mse test_mse_unclamped explained first path; do
    check "pca --json has $key" says pca.json "\"$key\": "
done
check "pca writes into the run folder" [ -s run/pca-8.h5 ]
"$lockstep" eval $best --against run/pca-8.h5 --json >against.json 2>err
check "eval --against --json is JSON" balanced against.json
for key in against against_mse against_db; do
    check "eval --against --json has $key" says against.json "\"$key\": "
done
"$lockstep" train empty.ini "${small[@]}" --quiet >out 2>err
check "a run goes on beside components" [ $? -eq 0 ]
"$lockstep" probe $best --knn 3 --out probe --json >probe.json 2>err
check "probe --json is JSON" balanced probe.json
for key in accuracy layer features train_accuracy l2 iterations knn_accuracy per_class confusion; do
    check "probe --json has $key" says probe.json "\"$key\": "
done
check "probe --out has a table" says probe/confusion.csv '^label,0,1,2,3,4,5,6,7,8,9$'
check "probe --out has a picture" [ -s probe/confusion.png ]
"$lockstep" probe $best --knn 0 --json --quiet >probe.json 2>err
check "--knn 0 leaves neighbours out" says probe.json '"knn": 0, "knn_accuracy": null'
check "probe --quiet is quiet" silent err
"$lockstep" curves run --out curves.png >out 2>err
check "curves says what it has drawn" says out '^curves.png: losses of 1 run$'
check "curves draws it" [ -s curves.png ]
# refused REGEX ARGUMENT...: exit code 1 and a message that says so.
refused() {
    local regex=$1
    shift
    "$lockstep" "$@" >out 2>err
    check "$* ends with 1" [ $? -eq 1 ]
    check "$* says why" says err "$regex"
}
refused 'do not go together' probe $best --layer encoder/0-conv --pixels
refused 'encoder/0-conv' probe $best --layer encoder/0-cnv
refused '--knn -1: must be a whole number from 0' probe $best --knn=-1
refused 'at least 20' probe $best data.synthetic_train=19
check "data info --json is JSON" sh -c "'$lockstep' data info synthetic --json >info.json"
check "data info --json is one object" balanced info.json
"$lockstep" bench empty.ini "${small[@]}" --seconds 1 --against train.lane=2 --json \
    >bench.json 2>err
check "bench --json is JSON" balanced bench.json
for key in images_per_second ranks batch lane peak_gflops mfu isa blas_core layers forward_ms \
    backward_ms gflops optimizer_ms reduce_ms comm_fraction peak_rss_mib ratio ratio_q1 ratio_q3; do
    check "bench --json has $key" says bench.json "\"$key\": "
done

"$lockstep" eval absent.h5 2>err
check "no trace unless wanted" [ "$(wc -l <err)" -eq 1 ]
LOCKSTEP_TRACE=1 "$lockstep" eval absent.h5 2>err
check "a trace when wanted" says err 'lockstep: at src/[a-z_/]*\.c:[0-9]+ < '
"$lockstep" --version >/dev/full 2>err
check "a full disk is noticed" [ $? -eq 1 ]

echo "$failures failures"
[ $failures -eq 0 ] || { cat log; exit 1; }
