#!/usr/bin/env bash
# Proves that wrong command lines, configurations, data and checkpoints end with exit code 1, one
# message on standard error that names the object and the fault, and nothing on standard output;
# and that nothing hangs. Each row of the tables below: what is wrong, what the message must say (an
# extended regular expression), and the arguments.
#   bad_inputs.sh LOCKSTEP
set -u
lockstep=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-bad.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cases=0 failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    /' err out
}

# bad WHAT REGEX ARGUMENT...
bad() {
    local what=$1 regex=$2
    shift 2
    cases=$((cases + 1))
    timeout 60 "$lockstep" "$@" >out 2>err
    local code=$?
    if [ $code -ne 1 ]; then
        fail "$what: exit code $code instead of 1"
    elif ! grep -Eq "^lockstep: .*($regex)" err; then
        fail "$what: the message does not say \"$regex\""
    elif [ -s out ]; then
        fail "$what: printed on standard output"
    else
        printf '%-44s %s\n' "$what" "$(grep -m1 '^lockstep: ' err)"
    fi
}

# ini NAME LINE...: writes a configuration.
ini() {
    local name=$1
    shift
    printf '%s\n' "$@" >"$name"
}

small=(data.synthetic_train=32 data.synthetic_test=16 data.synthetic_size=16 'model.filters=4,4'
    model.latent=4 train.batch=8 train.lane=4)

echo "--- the command line"
bad "unknown command"            'unknown command "trian": did you mean "train"'  trian
bad "unknown command, far"       'unknown command "xyzzy".*--help'                xyzzy
bad "unknown option"             'unknown option "--jsn": did you mean "--json"'  inspect c.ini --jsn
bad "option of another command"  'unknown option "--split"'                       train c.ini --split test
bad "option without value"       '--out needs a value'                            encode c.h5 --out
bad "flag with a value"          '--json takes no value'                          inspect c.ini --json=1
bad "option twice"               '--json is given twice'                          inspect c.ini --json --json
bad "no configuration"           'missing; usage: lockstep train CONFIG'          train
bad "one word too many"          '"b.ini" is one word too many'                   train a.ini b.ini
bad "data without action"        'missing; usage: lockstep data'                  data
bad "unknown data action"        'unknown action "inof": did you mean info'       data inof x
bad "data pack without target"   'data pack: takes 2 words'                       data pack x

echo "--- the configuration"
: >empty.ini
bad "absent configuration"       'absent.ini'                                     train absent.ini
bad "unknown section"            'c1.ini:1.*trian'                                train "$(ini c1.ini '[trian]' 'epochs = 1'; echo c1.ini)"
bad "unknown key"                'c2.ini:2: train.epoch.*train.epochs'            train "$(ini c2.ini '[train]' 'epoch = 1'; echo c2.ini)"
bad "not a number"               'c3.ini:2: train.batch = many'                   train "$(ini c3.ini '[train]' 'batch = many'; echo c3.ini)"
bad "below the range"            'c4.ini:2: model.latent = -3: must be 0 to'      train "$(ini c4.ini '[model]' 'latent = -3'; echo c4.ini)"
bad "not a choice"               'c5.ini:2: optim.name = adm'                     train "$(ini c5.ini '[optim]' 'name = adm'; echo c5.ini)"
bad "key given twice"            'c6.ini:3: .*(twice|again|already)'              train "$(ini c6.ini '[train]' 'batch = 4' 'batch = 8'; echo c6.ini)"
bad "no value"                   'c7.ini:2'                                       train "$(ini c7.ini '[train]' 'batch'; echo c7.ini)"
bad "two faults: the second"     'c8.ini:3: train.seed = x'                       train "$(ini c8.ini '[train]' 'lane = 0' 'seed = x'; echo c8.ini)"
bad "two faults: the first"      'c8.ini:2: train.lane = 0'                       train c8.ini
bad "setting out of range"       'argument "train.lane=0"'                        train empty.ini train.lane=0
bad "setting of unknown key"     'train.epohcs.*train.epochs'                     train empty.ini train.epohcs=1
bad "setting without section"    'argument "epochs=3"'                            train empty.ini epochs=3
bad "layer list: unknown layer"  'model.encoder.*cnov.*conv'                      train empty.ini 'model.encoder=cnov(3)'
bad "layer list: unclosed"       'model.encoder'                                  train empty.ini 'model.encoder=conv(3'
bad "layer list: not divisible"  'maxpool.*not divisible'                         train empty.ini data.synthetic_size=15 'model.encoder=maxpool(2)' 'model.decoder=deconv(3)'
bad "layer list: another shape"  'model'                                          train empty.ini "${small[@]}" 'model.encoder=conv(8)' 'model.decoder=conv(8)'

echo "--- data"
bad "absent data"                'nowhere'                                        train empty.ini data.path=nowhere
mkdir no-data
bad "folder without data"        'no-data'                                        train empty.ini data.path=no-data
head -c 1000 /dev/urandom >noise.tar.gz
bad "not an archive"             'noise.tar.gz'                                   train empty.ini data.path=noise.tar.gz
head -c 5000 /dev/zero | gzip | head -c 20 >cut.tar.gz
bad "truncated archive"          'cut.tar.gz'                                     data info cut.tar.gz
mkdir cut-data
for i in 1 2 3 4 5; do head -c 3073 /dev/zero >cut-data/data_batch_$i.bin; done
head -c 3000 /dev/zero >cut-data/test_batch.bin
bad "truncated record"           'cut-data: test_batch.bin.*3000 '                    data info cut-data
mkdir bad-label
for i in 1 2 3 4 5; do head -c 3073 /dev/zero >bad-label/data_batch_$i.bin; done
{ printf '\052'; head -c 3072 /dev/zero; } >bad-label/test_batch.bin
bad "label out of range"         'bad-label: test_batch.bin.*42'                  data info bad-label
head -c 4096 /dev/urandom >noise.h5
bad "not an HDF5 file"           'noise.h5'                                       data info noise.h5
{ printf '\211HDF\r\n\032\n'; head -c 4096 /dev/urandom; } >broken.h5
bad "damaged HDF5 file"          'broken.h5'                                      data info broken.h5
bad "packing nothing"            'nowhere'                                        data pack nowhere x.h5
bad "sealing an absent file"     'absent.h5'                                      data seal absent.h5
bad "sealing another file"       'noise.h5'                                       data seal noise.h5

echo "--- checkpoints"
if ! timeout 120 "$lockstep" train empty.ini "${small[@]}" train.epochs=1 train.out=good >out 2>err; then
    fail "the small run that the cases below need"
fi
best=good/checkpoints/best.h5
bad "absent checkpoint"          'absent.h5'                                      eval absent.h5
bad "a folder as checkpoint"     'good'                                           eval good
bad "empty checkpoint"           'empty.h5'                                       eval "$(: >empty.h5; echo empty.h5)"
bad "a configuration"            'empty2.ini'                                     eval "$(echo x >empty2.ini; echo empty2.ini)"
size=$(stat -L -c %s $best)
head -c $((size - 100)) $best >short.h5
bad "truncated checkpoint"       'short.h5.*(truncat|bytes|length)'               eval short.h5
cp -L $best flipped.h5
printf '\377' | dd of=flipped.h5 bs=1 seek=$((size / 2)) conv=notrunc 2>dd.log
cmp -s $best flipped.h5 &&
    printf '\000' | dd of=flipped.h5 bs=1 seek=$((size / 2)) conv=notrunc 2>dd.log
bad "one byte changed"           'flipped.h5.*data seal'                          eval flipped.h5
bad "the same, inspected"        'flipped.h5'                                     inspect flipped.h5
cp -L $best header.h5
printf '\377' | dd of=header.h5 bs=1 seek=20 conv=notrunc 2>dd.log
bad "changed header"             'header.h5'                                      eval header.h5
bad "another network"            'argument "model.latent=8"'                      eval $best model.latent=8
bad "data of another shape"      '20x20x3.*16x16x3'                               eval $best data.synthetic_size=20
bad "unknown split"              '--split val: must be test or train'             eval $best --split val
bad "count is no number"         '--count few'                                    reconstruct $best --out x.png --count few
bad "count of zero"              '--count 0'                                      reconstruct $best --out x.png --count 0
bad "no --out"                   '--out FILE is missing'                          reconstruct $best
bad "own image absent"           'absent.png'                                     reconstruct $best --out x.png --in absent.png
bad "own image is no PNG"        'noise.h5'                                       reconstruct $best --out x.png --in noise.h5
bad "unknown layer"              'encoder/0-conf.*encoder/0-conv'                 encode $best --out x.h5 --layer encoder/0-conf
bad "output folder absent"       'nowhere/x.h5'                                   encode $best --out nowhere/x.h5
bad "a checkpoint as codes"      'best.h5'                                        decode $best --in $best --out x.png
bad "resume: another network"    'model.latent.*4.*5|model.latent.*5.*4'          train empty.ini "${small[@]/latent=4/latent=5}" train.out=good
bad "resume from nowhere"        'absent.h5'                                      train empty.ini "${small[@]}" train.out=new train.resume=absent.h5
bad "never over another run"     'good'                                           train empty.ini "${small[@]}" train.out=good train.resume=never
bad "run folder cannot be made"  'empty.ini'                                      train empty.ini "${small[@]}" train.out=empty.ini/run

echo "$cases cases, $failures failures"
[ $failures -eq 0 ] && [ $cases -ge 40 ]
