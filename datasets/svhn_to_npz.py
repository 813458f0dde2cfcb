#!/usr/bin/env python3
"""Makes an archive of NumPy's arrays of the two MATLAB files of SVHN's cropped digits.

Usage: svhn_to_npz.py TRAIN.mat TEST.mat OUT.npz

A file holds X, uint8 (32, 32, 3, n), and y, (n, 1), from 1 to 10; 10 is the digit 0. Class k of the archive is the label
k + 1. fetch_svhn.sh gives this program only files whose checksum is the published one.
"""

import sys

import numpy as np
import scipy.io


def read_part(file: str) -> tuple[np.ndarray, np.ndarray]:
    """Images, (n, 32, 32, 3), and labels, (n,), from 0 to 9."""
    content = scipy.io.loadmat(file, variable_names=["X", "y"])
    images, labels = content["X"], content["y"].ravel()
    if images.dtype != np.uint8 or images.shape != (32, 32, 3, len(labels)):
        sys.exit(f"{file}: X is {images.dtype} {images.shape}, expected uint8 (32, 32, 3, {len(labels)})")
    if not np.isin(labels, np.arange(1, 11)).all():
        sys.exit(f"{file}: y holds other labels than 1 to 10")
    return np.ascontiguousarray(images.transpose(3, 0, 1, 2)), labels.astype(np.int64) - 1


def main(arguments: list[str]) -> None:
    if len(arguments) != 3:
        sys.exit(__doc__)
    train, test, out = arguments
    x_train, y_train = read_part(train)
    x_test, y_test = read_part(test)
    np.savez(out, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


if __name__ == "__main__":
    main(sys.argv[1:])
