#!/usr/bin/env python3
"""Times training steps of the convolutional autoencoder in PyTorch on one thread.

The network that `lockstep` expands from the same knobs: one 3x3 convolution, ReLU and 2x2 max
pooling a filter, a dense bottleneck, and one transposed convolution (3x3, stride 2) a pooling back;
mean squared error, Adam. Images are random bytes; turning them into numbers is part of a step.
Prints one line of JSON.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn


def build(filters, latent, size, channels):
    layers, given = [], channels
    for count in filters:
        layers += [nn.Conv2d(given, count, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        given = count
    side = size >> len(filters)
    values = given * side * side
    layers += [nn.Flatten(), nn.Linear(values, latent)]
    layers += [nn.Linear(latent, values), nn.ReLU(), nn.Unflatten(1, (given, side, side))]
    for count in list(reversed(filters[:-1])) + [channels]:
        layers += [nn.ConvTranspose2d(given, count, 3, stride=2, padding=1, output_padding=1)]
        layers += [nn.ReLU()]
        given = count
    layers[-1] = nn.Sigmoid()
    return nn.Sequential(*layers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filters", default="32,64,128")
    parser.add_argument("--latent", type=int, default=128)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--channels-last", action="store_true")
    given = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    layout = torch.channels_last if given.channels_last else torch.contiguous_format
    filters = [int(count) for count in given.filters.split(",")]
    model = build(filters, given.latent, given.size, given.channels).to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    shape = (4 * given.batch, given.channels, given.size, given.size)
    images = torch.randint(0, 256, shape, dtype=torch.uint8)

    def step(first):
        x = images[first : first + given.batch].float().div_(255).contiguous(memory_format=layout)
        optimizer.zero_grad(set_to_none=True)
        loss = ((model(x) - x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    for k in range(3):
        step(0)
    times, end = [], time.perf_counter() + given.seconds
    while time.perf_counter() < end or len(times) < 3:
        began = time.perf_counter()
        step(len(times) % 4 * given.batch)
        times.append(time.perf_counter() - began)
    print(json.dumps({"torch": torch.__version__, "steps": len(times),
                      "images_per_second": given.batch / statistics.median(times),
                      "best_images_per_second": given.batch / min(times)}))


main()
