#!/usr/bin/env python3
"""Makes golden.f32: one training step of a tiny autoencoder as PyTorch computes it in double.

    python3 make_golden.py [--check]

Run by hand, with PyTorch installed; the tests only read what is stored. --check compares with the
stored file instead of writing it, and says how far PyTorch's own float32 is from its double, which
is the yardstick for the tolerances in test_torch.c.

The network is the expansion of model.filters = 4,8 and model.latent = 6 on 8x8x3 images:
    conv(4) relu maxpool(2) conv(8) relu maxpool(2) dense(6)
    dense(32) relu reshape(2,2,8) deconv(4) relu deconv(3) sigmoid
with batch 5, loss = mean of squared errors, and the same weights and images at every step.

The file is a sequence of little-endian float32 and nothing else:
    images [5,8,8,3]   output [5,8,8,3]   loss [1]
    then four blocks of all parameters in the flat block's order (weight, bias of each layer):
    initial weights | gradients | weights after 3 Adam steps | after 3 SGD-momentum steps

PyTorch orders axes otherwise than Lockstep:
    images         NCHW          -> NHWC
    conv weight    [O,C,K,K]     -> [K,K,C,O]
    deconv weight  [C,O,K,K]     -> [C,K,K,O]
    dense weight   [out,in]      -> [in,out]
and flattens NCHW where Lockstep flattens NHWC: the first dense layer's inputs, and the second's
outputs, are permuted from (c,h,w) to (h,w,c).
"""
import argparse
import pathlib

import numpy as np
import torch
from torch import nn

BATCH, SIZE, FILTERS, LATENT, STEPS = 5, 8, (4, 8), 6, 3
SIDE = SIZE // 4  # after two poolings
ADAM = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
SGD = dict(lr=0.1, momentum=0.9)


def make_network():
    a, b = FILTERS
    deconv = dict(kernel_size=3, stride=2, padding=1, output_padding=1)
    return nn.Sequential(
        nn.Conv2d(3, a, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(b * SIDE * SIDE, LATENT),
        nn.Linear(LATENT, b * SIDE * SIDE), nn.ReLU(), nn.Unflatten(1, (b, SIDE, SIDE)),
        nn.ConvTranspose2d(b, a, **deconv), nn.ReLU(),
        nn.ConvTranspose2d(a, 3, **deconv), nn.Sigmoid())


def features_last(values, axis):
    """Permutes axis `axis` of length C*H*W from (c,h,w) to (h,w,c)."""
    order = np.arange(FILTERS[1] * SIDE * SIDE).reshape(FILTERS[1], SIDE, SIDE)
    return np.take(values, order.transpose(1, 2, 0).reshape(-1), axis=axis)


def flat_block(network, take):
    """All parameters (or what `take` gives for each) in Lockstep's order and layout."""
    parts = []
    dense_seen = 0
    for layer in network:
        if not list(layer.parameters()):
            continue
        weight = take(layer.weight).detach().numpy()
        bias = take(layer.bias).detach().numpy()
        if isinstance(layer, nn.Conv2d):
            weight = weight.transpose(2, 3, 1, 0)
        elif isinstance(layer, nn.ConvTranspose2d):
            weight = weight.transpose(0, 2, 3, 1)
        else:
            weight = weight.T
            if dense_seen == 0:
                weight = features_last(weight, 0)
            else:
                weight, bias = features_last(weight, 1), features_last(bias, 0)
            dense_seen += 1
        parts += [weight.reshape(-1), bias.reshape(-1)]
    return np.concatenate(parts)


def train(state, images, make_optimizer):
    network = make_network().to(images.dtype)
    network.load_state_dict(state)
    optimizer = make_optimizer(network.parameters())
    for _ in range(STEPS):
        optimizer.zero_grad()
        nn.functional.mse_loss(network(images), images).backward()
        optimizer.step()
    return flat_block(network, lambda p: p)


def compute(dtype):
    """The file's contents as one float64 array, computed in `dtype`."""
    torch.manual_seed(1)
    state = {k: v.to(dtype) for k, v in make_network().state_dict().items()}  # float32 values
    images = torch.rand(BATCH, 3, SIZE, SIZE).to(dtype)
    network = make_network().to(dtype)
    network.load_state_dict(state)
    output = network(images)
    loss = nn.functional.mse_loss(output, images)
    loss.backward()
    last = lambda t: t.detach().numpy().transpose(0, 2, 3, 1).reshape(-1)
    sections = dict(
        images=last(images), output=last(output), loss=np.array([loss.item()]),
        weights=flat_block(network, lambda p: p), gradients=flat_block(network, lambda p: p.grad),
        adam=train(state, images, lambda p: torch.optim.Adam(p, **ADAM)),
        sgd=train(state, images, lambda p: torch.optim.SGD(p, **SGD)))
    return {k: v.astype(np.float64) for k, v in sections.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    path = pathlib.Path(__file__).with_name("golden.f32")
    exact, single = compute(torch.float64), compute(torch.float32)
    for name, values in exact.items():
        worst = np.abs(single[name] - values).max()
        print(f"{name:10} {values.size:5} values, largest {np.abs(values).max():.3g}, "
              f"float32 off by at most {worst:.2g}")
    data = np.concatenate(list(exact.values())).astype("<f4")
    if check:
        stored = np.fromfile(path, "<f4")
        worst = np.inf
        if stored.size == data.size:
            worst = np.abs(stored.astype(np.float64) - data).max()
        print(f"stored file off by at most {worst:.2g}")
        raise SystemExit(worst > 1e-7)
    else:
        data.tofile(path)
        print(f"{path}: {data.nbytes} bytes, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
