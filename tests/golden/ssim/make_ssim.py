#!/usr/bin/env python3
"""Writes ssim_values.h: image pairs and their structural similarity by scikit-image.

    python3 make_ssim.py > ssim_values.h

Needs numpy and scikit-image; the header is stored, so that tests need neither. scikit-image
averages over the windows that lie in the image wholly; that is checked here by averaging its full
map over the positions five pixels from every edge.
"""
import numpy as np
import skimage
from skimage.metrics import structural_similarity

EDGE = 5  # half of the window of 11


def ssim(x, y):
    total = 0.0
    for channel in range(x.shape[2]):
        mean, full = structural_similarity(
            x[:, :, channel].astype(np.float64), y[:, :, channel].astype(np.float64),
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0,
            full=True)
        valid = full[EDGE:-EDGE, EDGE:-EDGE].mean()
        assert abs(valid - mean) < 1e-12, (valid, mean)
        total += mean
    return total / x.shape[2]


def pairs():
    """Pixels are multiples of 1/255, as images are, so that they can be stored as bytes."""
    random = np.random.default_rng(20260131)
    shape = (13, 17, 3)
    noise = random.integers(0, 256, shape)
    rows, columns = np.mgrid[0:13, 0:17]
    ramp = np.stack([rows * 19, columns * 15, (rows + columns) * 8], axis=2)
    near = np.clip(ramp + random.integers(-20, 21, shape), 0, 255)
    yield "unrelated noise", noise, random.integers(0, 256, shape)
    yield "a ramp and the ramp with noise", ramp, near
    yield "a ramp and its negative", ramp, 255 - ramp
    yield "flat grey and flat lighter grey", np.full(shape, 100), np.full(shape, 140)
    yield "one channel, one window", noise[:11, :11, :1], near[:11, :11, :1]
    large = random.integers(0, 256, (32, 32, 1))
    yield "32x32, halved contrast", large, 64 + large // 2


def main():
    print("/* Made by make_ssim.py with scikit-image %s and numpy %s. */"
          % (skimage.__version__, np.__version__))
    print("/* clang-format off */")
    lines = []
    for number, (name, x, y) in enumerate(pairs()):
        h, w, c = x.shape
        for letter, image in (("x", x), ("y", y)):
            values = [str(v) for v in image.reshape(-1)]
            print("static const uint8_t pair%d_%s[] = {" % (number, letter))
            for at in range(0, len(values), 24):
                print("    " + ",".join(values[at:at + 24]) + ",")
            print("};")
        value = ssim(x.astype(np.float32) / np.float32(255), y.astype(np.float32) / np.float32(255))
        lines.append('    {"%s", {%d, %d, %d}, pair%d_x, pair%d_y, %.12f},'
                     % (name, h, w, c, number, number, value))
    print("static const ssim_pair pairs[] = {")
    print("\n".join(lines))
    print("};")
    print("/* clang-format on */")


if __name__ == "__main__":
    main()
