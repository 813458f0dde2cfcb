"""Synthetic features and translations of a trial, for tests of the figures."""

import json
import zlib

import numpy as np

STEPS = 10


def make_random(config):
    """The random numbers of a trial, from its config."""
    return np.random.default_rng(zlib.crc32(json.dumps(config, sort_keys=True).encode()))


def write_features(group, config, counts, max_images):
    """Writes `features`: a cloud around one point per class; the same images for every method."""
    images = np.random.default_rng(1)
    labels = np.repeat(np.arange(len(counts)), np.minimum(counts, max_images)).astype(np.int32)
    rows = np.concatenate([np.sort(images.choice(count, min(count, max_images), replace=False)) for count in counts])
    random = make_random(config)
    centres = random.normal(size=(len(counts), 16))
    group["values"] = (centres[labels] + 0.9 * random.normal(size=(len(labels), 16))).astype(np.float16)
    group["labels"], group["rows"] = labels, rows.astype(np.int32)


def smooth(random, n, shape):
    """Images [n, c, h, w] in [0, 1] that are brighter to one side."""
    channels, height, width = shape
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)
    weights = random.uniform(-1, 1, (n, channels, 2, 1, 1))
    return np.clip(
        0.5
        + weights[:, :, 0] * (down - 0.5)
        + weights[:, :, 1] * (across - 0.5)
        + 0.05 * random.normal(size=(n, channels, height, width)),
        0,
        1,
    )


def write_translations(group, config, counts, n, shape):
    """Writes `translations`: g is convinced of the target in two of three, f in fewer."""
    random = make_random(config)
    order = np.argsort(-counts, kind="stable")
    seeds = random.integers(0, max(1, len(counts) // 2), n)
    targets = np.minimum(seeds + random.integers(1, len(counts), n), len(counts) - 1)
    group.attrs["epoch"] = config["train.epochs"] - 1
    group["seed_class"], group["target"] = (order[ranks].astype(np.int32) for ranks in (seeds, targets))
    images = smooth(random, n, shape)
    noise = random.normal(size=images.shape)
    noise /= np.sqrt((noise**2).sum(axis=(1, 2, 3), keepdims=True))
    group["seeds"], group["translated"] = (x.astype(np.float16) for x in (images, np.clip(images + noise, 0, 1)))
    rise = 1 / (1 + np.exp(random.uniform(2, 6, (n, 1)) - np.arange(STEPS + 1)))
    heights = {"g_target": random.choice([0.3, 0.99, 0.99], (n, 1)), "f_target": random.uniform(0, 0.8, (n, 1))}
    curves = {name: height * rise for name, height in heights.items()}
    curves |= {name: (1 - curves[name.replace("seed", "target")]) * 0.8 for name in ("g_seed", "f_seed")}
    for name, values in curves.items():
        group[name] = values.astype(np.float16)
    group["kept"] = (curves["g_target"][:, -1] >= config["m2m.gamma"]).astype(np.int32)
