#!/usr/bin/env python3
"""Packs what a study of CIFAR-10 needs for a machine that cannot fetch it: its test images, and of the training images those
of one imbalance ratio.

Usage: pack_images.py ROOT RATIO OUT

ROOT holds cifar-10-batches-bin/. Writes to OUT: train.ppm and test.ppm (sheets of images, for a lossless encoder), labels.u8
(of all 60,000 images, training first) and rows.txt (the training images on the sheet, a number a line). Standard library only.
"""

import pathlib
import sys

SIDE, IMAGES_A_FILE, COLUMNS = 32, 10_000, 100
PLANE = SIDE * SIDE
RECORD = 1 + 3 * PLANE


def read_records(folder, names):
    """Labels and images (3 planes each) of the files, in order."""
    labels, images = bytearray(), []
    for name in names:
        data = (folder / name).read_bytes()
        if len(data) != IMAGES_A_FILE * RECORD:
            sys.exit(f"pack_images.py: {folder / name}: {len(data)} bytes, expected {IMAGES_A_FILE * RECORD}")
        for first in range(0, len(data), RECORD):
            labels.append(data[first])
            images.append(data[first + 1 : first + RECORD])
    return labels, images


def select_rows(labels, ratio, classes=10):
    """The first N_k images of each class, N_k rounded up, so that they suffice for each way of rounding."""
    largest = labels.count(0)
    wanted = [int(largest * ratio ** (-k / (classes - 1))) + 1 for k in range(classes)]
    rows = []
    for row, label in enumerate(labels):
        if wanted[label] > 0:
            wanted[label] -= 1
            rows.append(row)
    return rows


def sheet(images):
    """A PPM of the images in rows of COLUMNS; unused places are black."""
    lines = -(-len(images) // COLUMNS)
    width = COLUMNS * SIDE
    pixels = bytearray(lines * SIDE * width * 3)
    for number, image in enumerate(images):
        left, top = number % COLUMNS * SIDE, number // COLUMNS * SIDE
        for y in range(SIDE):
            start = ((top + y) * width + left) * 3
            for channel in range(3):
                row = channel * PLANE + y * SIDE
                pixels[start + channel : start + 3 * SIDE : 3] = image[row : row + SIDE]
    return b"P6 %d %d 255\n" % (width, lines * SIDE) + pixels


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    folder, ratio, out = (
        pathlib.Path(arguments[0]) / "cifar-10-batches-bin",
        float(arguments[1]),
        pathlib.Path(arguments[2]),
    )
    labels, images = read_records(folder, [f"data_batch_{i}.bin" for i in range(1, 6)])
    test_labels, test_images = read_records(folder, ["test_batch.bin"])
    rows = select_rows(labels, ratio)
    out.mkdir(parents=True, exist_ok=True)
    (out / "labels.u8").write_bytes(labels + test_labels)
    (out / "rows.txt").write_text("".join(f"{row}\n" for row in rows))
    (out / "train.ppm").write_bytes(sheet([images[row] for row in rows]))
    (out / "test.ppm").write_bytes(sheet(test_images))
    print(f"{len(rows)} of {len(images)} training images and {len(test_images)} test images")


if __name__ == "__main__":
    main(sys.argv[1:])
