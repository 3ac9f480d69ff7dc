# Sourced by the tests of `lockstep doctor`: runs it on a small network and asks for verdicts.
#   $lockstep, $run (scripts/mpirun-test.sh): set by the test
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-doctor.XXXXXX")
cd "$work" || exit 1
failures=0
cat >small.ini <<'END'
[data]
synthetic_train = 64
synthetic_test = 16
synthetic_size = 16
[model]
filters = 4,4
latent = 4
[train]
batch = 16
lane = 4
epochs = 2
END

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    /' out err
}

# examine WHAT CODE COMMAND...: the command ends with this code, and prints one JSON object.
examine() {
    what=$1
    local wanted=$2 code
    shift 2
    timeout -k 5 60 "$@" >out 2>err </dev/null
    code=$?
    [ $code -eq "$wanted" ] || fail "$what: exit code $code instead of $wanted"
    [ "$(wc -l <out)" -eq 1 ] || fail "$what: not exactly one line of results"
    case $wanted in 0) says '{"ok": true, "fails": 0, ' ;; *) says '{"ok": false, ' ;; esac
}

says() { grep -qF -- "$1" out || fail "$what: does not say $1"; }
# verdicts VERDICT NAME...: of the last examination.
verdicts() {
    local wanted=$1
    shift
    for name in "$@"; do says "\"name\": \"$name\", \"verdict\": \"$wanted\", "; done
}

# nothing_left FOLDER: holds what stood there before, by names.
remember() { find "$1" | sort >before; }
nothing_left() {
    local new
    find "$1" | sort >after
    new=$(comm -13 before after)
    [ -z "$new" ] || fail "$what: left behind: $new"
}

end() {
    echo "$failures failures"
    [ $failures -eq 0 ]
}
