#!/usr/bin/env python3
"""Figures of a results.h5 as SVG and PNG: curves, recalls, confusion, settings, translations, features, time.

Prints for each figure which files were written, or why none was. Needs numpy, h5py, pandas and
matplotlib, and scikit-learn for the features:

    python3 results/figures.py results/ablation_cifar10
"""

import argparse
import json
import pathlib
import sys

try:
    from aggregate import fail
    from drawing import study
    from drawing.every import draw_all
    from drawing.style import Skipped, encode
except ModuleNotFoundError as error:
    sys.exit(f"figures.py: no Python module {error.name}; 'make setup' installs it: .venv/bin/python {sys.argv[0]}")

FORMS = ("svg", "png")


def forms(text):
    """Parses 'svg,png' into a list."""
    names = text.split(",")
    if not set(names) <= set(FORMS):
        raise argparse.ArgumentTypeError(f"'{text}' is not svg, png or svg,png")
    return names


def resolution(text):
    """Parses dots per inch, from 20 to 1200."""
    if not text.isdigit() or not 20 <= int(text) <= 1200:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 20 to 1200")
    return int(text)


def parse():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path, help="a results.h5, or the folder it is in")
    parser.add_argument("--out", type=pathlib.Path, help="folder to write into; 'figures' beside results.h5 by default")
    parser.add_argument("--format", type=forms, default=list(FORMS), metavar="svg,png", help="file formats")
    parser.add_argument("--dpi", type=resolution, default=150, help="dots per inch of PNG")
    parser.add_argument("--select", choices=["last", "best"], default="last", help="epoch of a trial that counts")
    parser.add_argument("--allow-mixed", action="store_true", help="average trials even if their settings differ")
    return parser.parse_args()


def write(folder, name, figure, arguments):
    """Writes the files of one figure; returns their names."""
    names = [f"{name}.{form}" for form in arguments.format]
    for form, file in zip(arguments.format, names):
        content = encode(figure, form, arguments.dpi)
        try:
            (folder / file).write_bytes(content)
        except OSError as error:
            fail(74, f"{folder / file}: {error.strerror}")
    return ", ".join(names)


def make_folder(folder):
    """Creates the output folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(74, f"{folder}: {error.strerror}")


def draw_file(file, folder, arguments):
    """Draws and writes every figure."""
    for drawn, name, _ in draw_all(study.blocks(file, arguments.select, arguments.allow_mixed)):
        if isinstance(drawn, Skipped):
            print(f"{name}: not drawn: {drawn.reason}")
        else:
            print(f"{name}: wrote {write(folder, name, drawn.figure, arguments)}")


def main():
    """Writes the figures."""
    arguments = parse()
    folder = arguments.path if arguments.path.is_dir() else arguments.path.parent
    folder = arguments.out or folder / "figures"
    with study.open_results(arguments.path) as file:
        make_folder(folder)
        try:
            draw_file(file, folder, arguments)
        except (KeyError, OSError, json.JSONDecodeError) as error:
            study.fail_damaged(arguments.path, error)


if __name__ == "__main__":
    main()
