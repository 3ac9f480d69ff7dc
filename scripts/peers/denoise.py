#!/usr/bin/env python3
"""Denoises by scikit-image the images that a Lockstep network was shown, beside the network.

TRAIN and TEST come from `lockstep reconstruct --out FILE.h5` of a network whose input is corrupted
by Gaussian noise: originals, inputs and reconstructions. Non-local means (Buades, Coll and Morel,
2005) and total variation (Chambolle, 2004) get the parameters that are best on TRAIN, by the mean
squared error, and are measured on TEST with these. Inputs are taken as they are, not clamped;
outputs are clamped to [0, 1]. Prints a line of JSON for the input, each method and the network:
`psnr` of the mean squared error and the mean PSNR of the images, as `lockstep eval`.
"""
import argparse
import itertools
import json

import h5py
import numpy as np
import skimage
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

PSNR_CAP = 100.0


def errors(clean, given):
    """Mean squared error of each image, in double: [N]."""
    return ((given.astype(np.float64) - clean) ** 2).mean(axis=(1, 2, 3))


def psnr(mse):
    """In dB, at most PSNR_CAP, also of arrays."""
    return np.minimum(PSNR_CAP, -10 * np.log10(np.maximum(mse, 1e-300)))


def apply(method, inputs, settings):
    """inputs [N, H, W, C] through the method, image by image, clamped."""
    return np.stack([np.clip(method(image, channel_axis=-1, **settings), 0, 1) for image in inputs])


def grid(**axes):
    return [dict(zip(axes, values)) for values in itertools.product(*axes.values())]


def candidates(sigma):
    """Each method and the settings that are tried; sigma: of the noise, on [0, 1]."""
    means = grid(h=[k * sigma for k in (0.4, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)], patch_size=[3, 5],
                 patch_distance=[5, 7, 10], sigma=[sigma, 0.0], fast_mode=[False])
    variation = grid(weight=[k / 100 for k in range(2, 21)], eps=[1e-5], max_num_iter=[500])
    return {"non-local means": (denoise_nl_means, means),
            "total variation": (denoise_tv_chambolle, variation)}


def read(path):
    """originals [N, H, W, C] on [0, 1] in double, inputs and reconstructions float32."""
    with h5py.File(path, "r") as file:
        if "inputs" not in file:
            raise SystemExit(f"{path}: has no /inputs: the network's input is not corrupted")
        return file["originals"][:] / 255.0, file["inputs"][:], file["reconstructions"][:]


def show(name, clean, given, **more):
    mse = errors(clean, given)
    print(json.dumps({"method": name, "images": len(clean), "mse": mse.mean(),
                      "psnr": float(psnr(mse.mean())),
                      "psnr_mean_of_images": float(psnr(mse).mean()), **more}), flush=True)


def choose(method, settings, clean, inputs, few):
    """The best settings: the eighth of them that is best on `few` images is tried on all."""
    def rank(those, count):
        scored = [(errors(clean[:count], apply(method, inputs[:count], s)).mean(), k)
                  for k, s in enumerate(those)]
        return [those[k] for _, k in sorted(scored)]
    return rank(rank(settings, few)[: max(1, len(settings) // 8)], len(clean))[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--sigma", type=float, default=25, help="of the noise, of 255 (25)")
    given = parser.parse_args()

    train_clean, train_inputs, _ = read(given.train)
    clean, inputs, network = read(given.test)
    show("none: the input", clean, inputs)
    for name, (method, settings) in candidates(given.sigma / 255).items():
        best = choose(method, settings, train_clean, train_inputs, len(train_clean) // 10)
        show(name, clean, apply(method, inputs, best), settings=best,
             skimage=skimage.__version__)
    show("lockstep", clean, network)


main()
