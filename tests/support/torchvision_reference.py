#!/usr/bin/env python3
"""Writes torchvision_reference.hpp: what torchvision makes of images, for the tests of augmentation.

Usage: ATEN_CPU_CAPABILITY=default tests/support/torchvision_reference.py >tests/support/torchvision_reference.hpp

Needs torchvision 0.26 and torch 2.11, in an environment of their own. The variable makes torch round each step in
float32 for itself; with AVX2 or AVX-512 some magnitudes of 31 levels differ in their last bit.
"""

import hashlib
import importlib
import os
import sys

import numpy as np

KINDS = [
    "Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness",
    "Posterize", "Solarize", "AutoContrast", "Equalize", "Invert",
]  # fmt: skip
SHAPES = [(1000, 3, 32, 32), (100, 3, 33, 31), (100, 1, 28, 28)]
SMALL = (1, 3, 6, 5)


def bits(numbers):
    """splitmix64 of whole numbers: 64 random bits each."""
    z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def image(number, channels, height, width):
    """Image `number`, as made_image() of transformed_images.hpp makes it: noise, a slope, few values, or blocks."""
    c, y, x = np.meshgrid(np.arange(channels), np.arange(height), np.arange(width), indexing="ij")
    noise = bits(number * 65536 + (c * height + y) * width + x)
    of_image = int(bits(np.array([number + 7_000_000]))[0])
    if number % 4 == 0:
        values = noise % np.uint64(256)
    elif number % 4 == 1:
        values = np.minimum(of_image % 100 + 40 * c + y * (of_image >> 8 & 7) + x * (of_image >> 16 & 7), 255)
    elif number % 4 == 2:
        values = np.uint64(of_image % 200) + noise % np.uint64(1 + (of_image >> 8) % 56)
    else:
        values = bits(number * 65536 + 4096 * c + y // 8 * 64 + x // 8) % np.uint64(256)
    return values.astype(np.uint8)


def changed(kind, levels, number, shape, modules):
    """An image after an operation, whose level and sign go round with the number of the image."""
    torch, transforms = modules
    policy = transforms.AutoAugment() if levels == 10 else transforms.RandAugment()
    space = transforms.AutoAugment()._augmentation_space(levels, shape[1:])
    assert kind == "Invert" or set(policy._augmentation_space(levels, shape[1:])) <= {*space, "Identity"}
    magnitudes, signed = space.get(kind, (torch.tensor(0.0), False))
    magnitude = float(magnitudes[number % levels].item()) if magnitudes.ndim else 0.0
    if signed and number // levels % 2 == 1:
        magnitude = -magnitude
    pixels = torch.from_numpy(image(number, *shape))
    nearest = importlib.import_module("torchvision.transforms").InterpolationMode.NEAREST
    return transforms._apply_op(pixels, kind, magnitude, nearest, None).numpy()


def digest(kind, levels, count, shape, modules):
    sha256 = hashlib.sha256()
    for number in range(count):
        sha256.update(changed(kind, levels, number, shape, modules).tobytes())
    return sha256.hexdigest()


def main():
    if os.environ.get("ATEN_CPU_CAPABILITY") != "default":
        sys.exit("torchvision_reference.py: set ATEN_CPU_CAPABILITY=default")
    torch = importlib.import_module("torch")
    transforms = importlib.import_module("torchvision.transforms.autoaugment")
    version = importlib.import_module("torchvision").__version__.split("+")[0]
    modules = (torch, transforms)
    torch.set_num_threads(1)
    print(f"""#pragma once
// What torchvision {version} makes of images. Written by torchvision_reference.py.
#include <cstdint>

namespace m2m::testing {{

/// An operation: the SHA-256 of 1000 images of 3x32x32, 100 of 3x33x31 and 100 of 1x28x28, and image 8 of 3x6x5
/// whole. Image i of transformed_images.hpp, at level i modulo `levels`, negative if i / levels is odd.
struct OperationReference {{
  const char* name;
  int levels;
  const char *colour, *odd, *grey, *small;
}};

// clang-format off
inline constexpr OperationReference operation_references[] = {{""")
    for levels in (10, 31):
        for kind in KINDS:
            digests = [digest(kind, levels, count, shape, modules) for count, *shape in SHAPES]
            small = changed(kind, levels, 8, SMALL[1:], modules).tobytes().hex()
            print(f'    {{"{kind}", {levels}, ' + ", ".join(f'"{text}"' for text in (*digests, small)) + "},")
    print("""};

/// A step of a sub-policy: an operation of that name, its probability, and its level; -1: it has none.
struct PolicyStepReference {
  const char* name;
  double probability;
  int level;
};

inline constexpr PolicyStepReference policy_references[25][2] = {""")
    for steps in transforms.AutoAugment(transforms.AutoAugmentPolicy.CIFAR10).policies:
        print("    {" + ", ".join(f'{{"{k}", {p}, {-1 if m is None else m}}}' for k, p, m in steps) + "},")
    print("""};
// clang-format on

}  // namespace m2m::testing""")


if __name__ == "__main__":
    main()
