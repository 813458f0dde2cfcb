#!/usr/bin/env python3
"""Writes pillow_reference.hpp: what Pillow makes of images by the operations of the curriculum of augmentation by class.

Usage: tests/support/pillow_reference.py >tests/support/pillow_reference.hpp

Needs Pillow and NumPy. The ranges are those of the authors' program, the images those of torchvision_reference.py.
"""

import hashlib

import numpy as np
import PIL
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torchvision_reference import SHAPES, SMALL, image

LEVELS = 11


def enlarged(picture, factor):
    """The middle of an enlarged picture, of the size of the picture."""
    sizes = [int(side * factor) for side in picture.size]
    left, top = (size // 2 - side // 2 for size, side in zip(sizes, picture.size))
    large = picture.resize(sizes, Image.Resampling.LANCZOS)
    return large.crop((left, top, left + picture.width, top + picture.height))


def brightened(picture, added):
    values = np.clip(np.asarray(picture).astype(int) + added, 0, 255).astype(np.uint8)
    return ImageOps.solarize(Image.fromarray(values), 128)


def moved(picture, matrix):
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix)


# name: (least, most, operation of a picture and a value); signed ones take either sign
UNSIGNED = {
    "Flip": (0, 1, lambda p, _: ImageOps.flip(p)),
    "Mirror": (0, 1, lambda p, _: ImageOps.mirror(p)),
    "EdgeEnhance": (0, 1, lambda p, _: p.filter(ImageFilter.EDGE_ENHANCE)),
    "Detail": (0, 1, lambda p, _: p.filter(ImageFilter.DETAIL)),
    "Smooth": (0, 1, lambda p, _: p.filter(ImageFilter.SMOOTH)),
    "AutoContrast": (0, 1, lambda p, _: ImageOps.autocontrast(p)),
    "Equalize": (0, 1, lambda p, _: ImageOps.equalize(p)),
    "Invert": (0, 1, lambda p, _: ImageOps.invert(p)),
    "GaussianBlur": (0, 2, lambda p, v: p.filter(ImageFilter.GaussianBlur(v))),
    "ResizeCrop": (1, 1.5, enlarged),
    "Posterize": (0, 4, lambda p, v: ImageOps.posterize(p, max(1, int(v)))),
    "Solarize": (0, 256, ImageOps.solarize),
    "SolarizeAdd": (0, 110, brightened),
    "Color": (0.1, 1.9, lambda p, v: ImageEnhance.Color(p).enhance(v)),
    "Contrast": (0.1, 1.9, lambda p, v: ImageEnhance.Contrast(p).enhance(v)),
    "Brightness": (0.1, 1.9, lambda p, v: ImageEnhance.Brightness(p).enhance(v)),
    "Sharpness": (0.1, 1.9, lambda p, v: ImageEnhance.Sharpness(p).enhance(v)),
}
SIGNED = {
    "Rotate": (0, 30, lambda p, v: p.rotate(v)),
    "ShearX": (0, 0.3, lambda p, v: moved(p, (1, v, 0, 0, 1, 0))),
    "ShearY": (0, 0.3, lambda p, v: moved(p, (1, 0, 0, v, 1, 0))),
    "TranslateX": (0, 100, lambda p, v: moved(p, (1, 0, v, 0, 1, 0))),
    "TranslateY": (0, 100, lambda p, v: moved(p, (1, 0, 0, 0, 1, v))),
}


def changed(name, number, shape):
    """An image after an operation, whose level and sign go round with the number of the image."""
    pixels = image(number, *shape)
    picture = Image.fromarray(pixels[0] if shape[0] == 1 else pixels.transpose(1, 2, 0))
    least, most, operation = {**UNSIGNED, **SIGNED}[name]
    value = number % LEVELS / 30 * (most - least) + least
    if name in SIGNED and number // LEVELS % 2 == 1:
        value = -value
    result = np.asarray(operation(picture, value))
    return result[None] if shape[0] == 1 else result.transpose(2, 0, 1)


# Operations that the program takes from torchvision, whose rounding differs.
NEAR = ["AutoContrast", "Color", "Contrast", "Sharpness", "Rotate", "ShearX", "ShearY"]


def bytes_of(name, count, shape):
    return b"".join(np.ascontiguousarray(changed(name, number, shape)).tobytes() for number in range(count))


def main():
    print(f"""#pragma once
// What Pillow {PIL.__version__} makes of images. Written by pillow_reference.py.

namespace m2m::testing {{

// Image i of transformed_images.hpp, at level i modulo 11, negative if the operation has a sign and i / 11 is odd.

/// An operation with Pillow's bytes: the SHA-256 of 1000 images of 3x32x32, 100 of 3x33x31 and 100 of 1x28x28.
struct PillowDigests {{
  const char* name;
  const char *colour, *odd, *grey;
}};

// clang-format off
inline constexpr PillowDigests pillow_digests[] = {{""")
    for name in (*UNSIGNED, *SIGNED):
        if name in NEAR:
            continue
        digests = [hashlib.sha256(bytes_of(name, count, shape)).hexdigest() for count, *shape in SHAPES]
        print(f'    {{"{name}", ' + ", ".join(f'"{text}"' for text in digests) + "},")
    print("""};
// clang-format on

/// An operation whose bytes are nearly Pillow's: 22 images of 3x6x5.
struct PillowImages {
  const char* name;
  const char* images;
};

// clang-format off
inline constexpr PillowImages pillow_images[] = {""")
    for name in NEAR:
        print(f'    {{"{name}", "{bytes_of(name, 2 * LEVELS, SMALL[1:]).hex()}"}},')
    print("""};
// clang-format on

}  // namespace m2m::testing""")


if __name__ == "__main__":
    main()
