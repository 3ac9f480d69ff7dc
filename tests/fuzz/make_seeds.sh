#!/usr/bin/env bash
# Writes the seeds of the fuzz targets into tests/fuzz/corpus/. They are stored; this says what they
# are, and makes them again after a target's input has changed its form.
#   tests/fuzz/make_seeds.sh
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seed TARGET NAME: standard input becomes a seed.
seed() {
    mkdir -p "$here/corpus/$1"
    cat >"$here/corpus/$1/$2"
}
# zeros COUNT
zeros() { head -c "$1" /dev/zero; }
# pack NAME...: a tar of these files in $work, the same bytes whoever makes it.
pack() {
    tar -c -b 1 --owner=0 --group=0 --numeric-owner --mode=644 --mtime=@0 "${format[@]}" \
        -C "$work" "$@"
}

# --- config: a file, then arguments, each behind a zero byte
seed config quickstart <"$here/../../configs/quickstart.ini"
seed config paper <"$here/../../configs/paper.ini"
printf '#! arguments\n\0train.batch=50\0optim.lr=1e-3\0model.filters=1, 2,3\0data.path=a b' |
    seed config arguments
printf '[model]\nencoder = conv(8)\n    relu ; a comment\n\tmaxpool(2)\\\n   \\\n dense(4)\n' |
    seed config continued
{ printf '\xef\xbb\xbf[optim]\r\nname: sgd\r\nlr = 0x1\nbeta1 = -0\n'
    printf 'momentum = nan\nlr = 1\n[x\n[y]z\n'; } | seed config faults
printf '[data]\npath = %s\nholdout=-1\n[train]\nout =%s\nmax_steps = 9223372036854775808\n' \
    "$(printf 'a b#;%.0s' {1..30})" "$(printf ' \\x%.0s' {1..40})" | seed config long
{ printf '[data]\npath = x'; printf '\\\n  %0190d' {1..12}; } | seed config too-long

# --- layers: a byte for image and lane, the encoder's list | the decoder's list
printf '%s' '2conv(32) relu maxpool(2) conv(64) relu maxpool(2) dense(128)|dense(4096)' \
    ' relu reshape(8,8,64) deconv(32) relu deconv(3) sigmoid' | seed layers paper
printf '%s' '1conv(2,kernel=5,stride=1,pad=2) tanh maxpool(window=2,stride=2)|' \
    'deconv(3, kernel = 3, stride=2, pad=1, output_pad=1) leaky_relu(slope=0.1)' | seed layers named
printf '%s' '1maxpool(2,name=p) save(a) conv(2) prelu|dropout(0.2,channel) concat(a) conv(3)' \
    ' unpool(p) upsample(2,mode=bilinear) avgpool gelu' | seed layers taken
printf '%s' '0conv(1,2,2,0)|deconv(1,2,2,0,0)' | seed layers small
printf '%s' '3dense(4)|dense(7)' | seed layers dense
printf '%s' 'Hreshape(16,1,1) deconv(1,1024,1024,0,0) maxpool(15) conv(65536)|relu' |
    seed layers large
printf '%s' '0batchnorm(0.5) conv(4) layernorm se(2) gaussian(0.1,warmup=3)|sparse(1)' \
    ' attention(2) groupnorm(1,eps=0.1) cbam(1,kernel=3) conv(1)' | seed layers normed
printf '%s' '0conv(3.5) cnov(1) relu(1) conv(1,1,1,1,1,1,1) dense(1e3)|conv(kernel=3,4' |
    seed layers faults

# --- losses: the text of loss.terms
printf '0.8*mse + 0.2*ssim' | seed losses two
printf 'huber(delta=1e-2)+.5*mae + 1E+1*bce' | seed losses argument
printf '1e*mse' | seed losses exponent
printf 'huber(' | seed losses open
printf 'mse + mse' | seed losses twice
printf '\xff\x01' | seed losses bytes

# --- seal: a byte for what is done (kind + 4: mend the checksum + 8: seal), two for the damage
hdf5_signature='\x89HDF\r\n\x1a\n'
{ printf '\x09\x11\x01'; zeros 512; printf '%band so on' "$hdf5_signature"; } | seed seal fresh
{ printf '\x08\x00\x10LOCKSTEP\x01\0\0\0\x02\0\0\0'; zeros 496; printf %b "$hdf5_signature"; } |
    seed seal again
{ printf '\x04\x00\x00LOCKSTEP\x01\0\0\0\x03\0\0\0\x08\x02\0\0\0\0\0\0'; zeros 496; } |
    seed seal header
printf '\x00\x00\x00LOCK' | seed seal short

# --- archive: a byte for the form (see archive.c), then what it says
format=(--format=ustar)
zeros 6148 >"$work/train.bin"
zeros 3074 >"$work/test.bin"
pack train.bin test.bin >"$work/cifar.tar"
{ printf g; gzip -9 -n <"$work/cifar.tar"; } | seed archive gzip
{ printf g; head -c 5000 "$work/cifar.tar" | gzip -9 -n; tail -c +5001 "$work/cifar.tar" |
    gzip -1 -n; } | seed archive gzip-members
{ printf g; gzip -9 -n <"$work/cifar.tar" | head -c 60; } | seed archive gzip-cut
echo first >"$work/one"
{ printf t; pack one; } | seed archive tar-ustar
deep=$(printf 'a%.0s' {1..90})/$(printf 'b%.0s' {1..90})
mkdir -p "$work/$(dirname "$deep")"
ln -s one "$work/$(dirname "$deep")/link"
echo second >"$work/$deep"
{ printf t; pack "$deep" "$(dirname "$deep")/link"; } | seed archive tar-split
format=(--format=gnu)
{ printf t; pack "$deep"; } | seed archive tar-gnu
format=(--format=pax "--pax-option=delete=atime,delete=ctime")
{ printf T; pack "$deep"; } | seed archive tar-pax
# Files of the two sets as four bytes each: place of the name, records and cut, two labels.
printf 'c\0\1\0\1\1\1\2\3\2\2\4\5\3\1\6\7\4\1\10\11\5\1\0\1' | seed archive cifar10
printf 'c\7\1\1\2\6\2\3\4' | seed archive cifar100
printf 'd\0\1\0\1\1\1\2\3\2\2\4\5\3\1\6\7\4\1\10\11\5\1\0\1' | seed archive folder10
printf 'd\6\2\23\143\7\1\1\2' | seed archive folder100
printf 'c\6\1\24\144\7\1\1\2' | seed archive label
