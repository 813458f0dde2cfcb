#!/usr/bin/env python3
"""Makes CIFAR-10's files from what pack_images.py packed: training images that were not packed are blanks, and rows.txt beside
the files lists the others, so that no study trains on a blank.

Usage: unpack_images.py PACKED DEST

PACKED holds train.ppm, test.ppm, labels.u8 and rows.txt; writes DEST/cifar-10-batches-bin/. Standard library only.
"""

import os
import pathlib
import sys

SIDE, IMAGES_A_FILE = 32, 10_000
PLANE = SIDE * SIDE


def read_sheet(path):
    """The images on a sheet in order, 3 planes each."""
    data = path.read_bytes()
    fields, end = [], 0
    while len(fields) < 4:  # P6, width, height, largest value; one blank before the pixels
        start = end
        while not data[end : end + 1].isspace():
            end += 1
        fields.append(data[start:end])
        end += 1
    width, height = int(fields[1]), int(fields[2])
    pixels = memoryview(data)[end:]
    images = []
    for top in range(0, height, SIDE):
        lines = [pixels[(top + y) * width * 3 : (top + y + 1) * width * 3] for y in range(SIDE)]
        planes = [[bytes(line[channel::3]) for line in lines] for channel in range(3)]
        for left in range(0, width, SIDE):
            images.append(b"".join(line[left : left + SIDE] for plane in planes for line in plane))
    return images


def write_file(path, labels, images):
    path.write_bytes(b"".join(bytes([label]) + image for label, image in zip(labels, images)))


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    packed, dest = (pathlib.Path(argument) for argument in arguments)
    labels = (packed / "labels.u8").read_bytes()
    rows = [int(line) for line in (packed / "rows.txt").read_text().split()]
    training = [bytes(3 * PLANE)] * (len(labels) - IMAGES_A_FILE)
    for row, image in zip(rows, read_sheet(packed / "train.ppm")):
        training[row] = image
    folder = dest / "cifar-10-batches-bin"
    unfinished = dest / f"cifar-10.{os.getpid()}"
    unfinished.mkdir(parents=True)
    for i in range(5):
        part = slice(i * IMAGES_A_FILE, (i + 1) * IMAGES_A_FILE)
        write_file(unfinished / f"data_batch_{i + 1}.bin", labels[part], training[part])
    write_file(unfinished / "test_batch.bin", labels[-IMAGES_A_FILE:], read_sheet(packed / "test.ppm")[:IMAGES_A_FILE])
    (unfinished / "rows.txt").write_text("".join(f"{row}\n" for row in rows))
    unfinished.rename(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
