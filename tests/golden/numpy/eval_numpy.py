#!/usr/bin/env python3
"""Compares `lockstep eval --json` with a forward pass written in NumPy, in double precision.

    python3 eval_numpy.py build/lockstep run/checkpoints/best.h5 cifar-10-binary.tar.gz [IMAGES]

Reads the weights from the checkpoint by h5py and the test images from the archive by tarfile, works
through the network, and takes SSIM from scikit-image. Only the list of layers comes from
`lockstep inspect`. With IMAGES given, only so many test images are worked through, and nothing is
compared. Needs numpy, h5py and scikit-image; ends with 1 when MSE, MAE, PSNR or SSIM differ by more
than 1e-5 (PSNR: 1e-3 dB).
"""
import json
import re
import subprocess
import sys
import tarfile

import h5py
import numpy as np
from skimage.metrics import structural_similarity

CHUNK = 200


def arguments(text, names, defaults):
    """conv(32, kernel=5) -> values in the order of `names`."""
    values = dict(defaults)
    inner = re.search(r"\((.*)\)", text)
    position = 0
    for part in filter(None, (p.strip() for p in (inner.group(1) if inner else "").split(","))):
        if "=" in part:
            name, value = (p.strip() for p in part.split("="))
        else:
            name, value, position = names[position], part, position + 1
        values[name] = value
    return values


def conv(x, w, b, text):
    """x [N,H,W,C], w [K,K,C,O]"""
    a = arguments(text, ["O", "kernel", "stride", "pad"], {"stride": 1, "pad": "same"})
    k, stride = w.shape[0], int(a["stride"])
    pad = (k - 1) // 2 if a["pad"] == "same" else int(a["pad"])
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    p = (x.shape[1] - k) // stride + 1
    q = (x.shape[2] - k) // stride + 1
    y = np.zeros((x.shape[0], p, q, w.shape[3])) + b
    for i in range(k):
        for j in range(k):
            y += x[:, i:i + p * stride:stride, j:j + q * stride:stride] @ w[i, j]
    return y


def deconv(x, w, b, text):
    """x [N,H,W,C], w [C,K,K,O]"""
    a = arguments(text, ["O", "kernel", "stride", "pad", "output_pad"],
                  {"stride": 2, "pad": 1, "output_pad": 1})
    k, stride, pad, more = w.shape[1], int(a["stride"]), int(a["pad"]), int(a["output_pad"])
    n, h, v, _ = x.shape
    full = np.zeros((n, (h - 1) * stride + k + more, (v - 1) * stride + k + more, w.shape[3]))
    for i in range(k):
        for j in range(k):
            full[:, i:i + h * stride:stride, j:j + v * stride:stride] += x @ w[:, i, j]
    p = (h - 1) * stride - 2 * pad + k + more
    q = (v - 1) * stride - 2 * pad + k + more
    return full[:, pad:pad + p, pad:pad + q] + b


def maxpool(x, text):
    window = int(arguments(text, ["window", "stride"], {"window": 2})["window"])
    n, h, w, c = x.shape
    return x.reshape(n, h // window, window, w // window, window, c).max(axis=(2, 4))


def forward(layers, weights, x):
    for layer in layers:
        kind, name = layer["type"], layer["name"]
        if kind == "conv":
            x = conv(x, *weights[name], layer["text"])
        elif kind == "deconv":
            x = deconv(x, *weights[name], layer["text"])
        elif kind == "dense":
            x = x.reshape(len(x), -1) @ weights[name][0] + weights[name][1]
        elif kind == "maxpool":
            x = maxpool(x, layer["text"])
        elif kind == "relu":
            x = np.maximum(x, 0)
        elif kind == "sigmoid":
            x = 1 / (1 + np.exp(-x))
        elif kind == "tanh":
            x = np.tanh(x)
        x = x.reshape(len(x), *layer["out"])
    return x


def test_images(archive):
    with tarfile.open(archive) as tar:
        member = next(m for m in tar if m.name.endswith("test_batch.bin"))
        raw = np.frombuffer(tar.extractfile(member).read(), np.uint8).reshape(-1, 3073)
    return raw[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def read_weights(path, layers):
    with h5py.File(path, "r") as file:
        return {layer["name"]: [file["/model/%s/%s" % (layer["name"], name)][...].astype(np.float64)
                                for name in ("weight", "bias")]
                for layer in layers if layer["parameters"] > 0}


def measure(layers, weights, images):
    mse, mae, ssim = [], [], []
    for at in range(0, len(images), CHUNK):
        x = images[at:at + CHUNK].astype(np.float64) / 255
        y = forward(layers, weights, x)
        mse += list(((x - y) ** 2).mean(axis=(1, 2, 3)))
        mae += list(np.abs(x - y).mean(axis=(1, 2, 3)))
        ssim += [structural_similarity(a, b, gaussian_weights=True, sigma=1.5, data_range=1.0,
                                       use_sample_covariance=False, channel_axis=2)
                 for a, b in zip(x, y)]
    mse = np.array(mse)
    return {"mse": mse.mean(), "mae": np.mean(mae), "psnr": -10 * np.log10(mse.mean()),
            "psnr_mean_of_images": np.minimum(100, -10 * np.log10(mse)).mean(),
            "ssim": np.mean(ssim)}


def main():
    lockstep, checkpoint, archive = sys.argv[1:4]
    network = json.loads(subprocess.check_output([lockstep, "inspect", checkpoint, "--json"]))
    layers = network["layers"]
    images = test_images(archive)
    if len(sys.argv) > 4:
        print(measure(layers, read_weights(checkpoint, layers), images[:int(sys.argv[4])]))
        return 0
    ours = json.loads(subprocess.check_output(
        [lockstep, "eval", checkpoint, "--json", "--quiet", "data.path=" + archive]))
    theirs = measure(layers, read_weights(checkpoint, layers), images)
    worst = 0
    for key, value in theirs.items():
        tolerance = 1e-3 if key.startswith("psnr") else 1e-5
        difference = abs(ours[key] - value)
        worst = max(worst, difference / tolerance)
        print("%-20s lockstep %.9f  numpy %.9f  difference %.2e"
              % (key, ours[key], value, difference))
    return 0 if worst <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
