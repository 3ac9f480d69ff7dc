# shellcheck shell=bash disable=SC2154
# Sourced by results.sh, which sets $lockstep, the program: from the JSON files that the program
# wrote to a row of the table of docs/results.md, and to its place there.
table_head='| row | configuration | images | epochs | parameters | MSE | PSNR | SSIM | accuracy'
table_head+=' | input PSNR | images/s | s | ranks | kernels | weights |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|'
table_begin='<!-- rows: written by scripts/results.sh -w -->'
table_end='<!-- end of rows -->'

# values FILE KEY: the numbers or words of a key in a JSON file of ours, a line each.
values() {
    grep -o "\"$2\": *\(\"[^\"]*\"\|[^\",}]*\)" "$1" | sed 's/^"[^"]*": *//; s/"//g'
}
# value FILE KEY: the first of them.
value() { values "$1" "$2" | head -n 1; }

# figure DIGITS FILE KEY...: the number of the first key that the file has, with so many digits
# after the point; a dash where it has none.
figure() {
    local digits=$1 file=$2 key
    shift 2
    for key; do
        if grep -q "\"$key\":" "$file"; then
            LC_ALL=C printf '%.*f' "$digits" "$(value "$file" "$key")"
            return
        fi
    done
    printf '–'
}

# row_text NAME TEXT FOLDER: the row of the run in FOLDER: its summary.json, and of its best
# checkpoint inspect.json and eval.json. TEXT: the configuration and its settings.
row_text() {
    local name=$1 text=${2% } summary=$3/summary.json inspect=$3/inspect.json eval=$3/eval.json
    if grep -q '"type": "sparse"' "$inspect"; then
        text+=", code zeros $(LC_ALL=C awk -v part="$(value "$eval" code_zeros)" \
            'BEGIN { printf "%.1f %%", 100 * part }')"
    fi
    if grep -q '"iou":' "$eval"; then
        text+=", IoU $(figure 4 "$eval" iou)"
    fi
    printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' \
        "$name" "$text" $(($(value "$summary" samples) / $(value "$summary" epochs))) \
        "$(value "$summary" epochs)" "$(values "$inspect" parameters | tail -n 1)" \
        "$(figure 6 "$eval" mse loss)" "$(figure 2 "$eval" psnr)" "$(figure 4 "$eval" ssim)" \
        "$(figure 4 "$eval" accuracy pixel_accuracy)" "$(figure 2 "$eval" corrupted_psnr)" \
        "$(figure 0 "$summary" images_per_second)" "$(figure 0 "$summary" wall_seconds)" \
        "$(value "$summary" ranks)" "$(value "$inspect" kernels)" \
        "$(value "$inspect" weights_digest)"
}

# put_row PAGE ROWS ROW: ROW into the table between the page's two markers, in the order of the
# names in ROWS, in place of the one with its name.
put_row() {
    local page=$1
    if [ "$(grep -xF -e "$table_begin" -e "$table_end" "$page")" != \
        "$table_begin"$'\n'"$table_end" ]; then
        echo "$page: must have a line \"$table_begin\", and behind it a line \"$table_end\"" >&2
        return 1
    fi
    ROW=$3 HEAD=$table_head awk -v begin="$table_begin" -v end="$table_end" '
        function name_of(row) { split(row, cells, / *[|] */); return cells[2] }
        function take(row) { if (!(name_of(row) in rows)) names[++n] = name_of(row)
                             rows[name_of(row)] = row }
        function tell(name) { if (name in rows) print rows[name]; delete rows[name] }
        NR == FNR { if (!/^#/ && NF) order[++ordered] = $1; next }
        $0 == begin { inside = 1; print; next }
        inside && $0 == end {
            take(ENVIRON["ROW"])
            print ENVIRON["HEAD"]
            for (i = 1; i <= ordered; i++) tell(order[i])
            for (i = 1; i <= n; i++) tell(names[i])
            inside = 0
        }
        inside { if (/^[|]/ && !/^[|] row |^[|]---/) take($0); next }
        { print }' "$2" "$page" >"$page.new"
    mv "$page.new" "$page"
}

# draw_row NAME RUN FOLDER: what the program can draw of the run, into FOLDER/NAME-*.png.
draw_row() {
    local name=$1 run=$2 folder=$3 best=$2/checkpoints/best.h5
    can() { "$lockstep" --help | grep -q "^  $1 "; }
    mkdir -p "$folder"
    if grep -Eq '"(mse|iou)":' "$run/eval.json"; then
        "$lockstep" reconstruct "$best" --out "$folder/$name-reconstructions.png" --quiet
    fi
    if grep -q '"type": "gaussian"' "$run/inspect.json" && can samples; then
        "$lockstep" samples "$best" --out "$folder/$name-samples.png" --quiet
    fi
    if can curves; then
        "$lockstep" curves "$run" --out "$folder/$name-curves.png" --quiet
    fi
}
