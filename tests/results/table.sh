#!/usr/bin/env bash
# Proves of scripts/results-table.sh, with JSON files written here: a row has the numbers of the
# files, rounded, and a dash for those that are not there; a sparse network's row says how much of
# its code is 0, one of masks its IoU; rows come into the page in the order of the list, each once,
# and nothing else of the page changes; a page without the table's place is refused and left alone.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/results-table.sh
. "$here/../../scripts/results-table.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
same() { # WHAT FOUND WANTED
    [ "$2" = "$3" ] && return
    echo "FAILED: $1: \"$2\" instead of \"$3\""
    failures=$((failures + 1))
}

echo '{"epochs": 3, "samples": 300, "ranks": 2, "images_per_second": 1234.56, "wall_seconds": 7.4,
    "weights_digest": "1111111111111111", "stop_reason": "finished"}' >summary.json
echo '{"layers": [{"type": "conv", "parameters": 9}], "parameters": 1234, "ranks": 1,
    "kernels": "cpu avx2, a BLAS", "weights_digest": "2222222222222222"}' >inspect.json
echo '{"split": "test", "mse": 0.00123456, "psnr": 29.0849, "psnr_mean_of_images": 1,
    "ssim": 0.98765, "code_zeros": 0.84901, "per_class": [{"class": 0, "mse": 0.5}]}' >eval.json
same 'an autoencoder' "$(row_text one 'a.ini x.y=1' .)" '| one | a.ini x.y=1 | 100 | 3 | 1234 '`
    `'| 0.001235 | 29.08 | 0.9877 | – | – | 1235 | 7 | 2 | cpu avx2, a BLAS | 2222222222222222 |'
sed -i 's/"type": "conv"/"type": "sparse"/' inspect.json
sed -i 's/"code_zeros"/"corrupted_mse": 0.1, "corrupted_psnr": 20.456, "code_zeros"/' eval.json
same 'sparse, corrupted input' "$(row_text two a.ini .)" '| two | a.ini, code zeros 84.9 % '`
    `'| 100 | 3 | 1234 | 0.001235 | 29.08 | 0.9877 | – | 20.46 | 1235 | 7 | 2 | cpu avx2, a BLAS '`
    `'| 2222222222222222 |'
sed -i 's/"sparse"/"dense"/' inspect.json
echo '{"pixel_accuracy": 0.75, "loss": 0.5, "class_accuracy": [1], "iou": 0.41234}' >eval.json
same 'masks' "$(row_text three a.ini . | cut -d '|' -f 3,7-11)" \
    ' a.ini, IoU 0.4123 | 0.500000 | – | – | 0.7500 | – '

printf '%s\n' '# rows' one two three >rows
printf '%s\n' 'before' '' "$table_begin" "$table_end" '| one | another table |' >page
put_row page rows '| three | c |'
put_row page rows '| one | a |'
put_row page rows '| old | x | not in the list |'
put_row page rows '| two | b & \1 |'
put_row page rows '| one | a again |'
printf '%s\n' 'before' '' "$table_begin" "$table_head" '| one | a again |' '| two | b & \1 |' \
    '| three | c |' '| old | x | not in the list |' "$table_end" '| one | another table |' >wanted
same 'the page' "$(cat page)" "$(cat wanted)"
grep -vxF "$table_end" wanted >page
cp page kept
put_row page rows '| two | b |' 2>said && same 'a page without an end' refused taken
same 'what is said of it' "$(grep -c 'end of rows' said)" 1
same 'a page that was refused' "$(cat page)" "$(cat kept)"
[ "$(grep -cxF -e "$table_begin" -e "$table_end" "$here/../../docs/results.md")" -eq 2 ] ||
    same 'docs/results.md' 'no place for rows' 'two markers'

echo "$failures failures"
[ $failures -eq 0 ]
