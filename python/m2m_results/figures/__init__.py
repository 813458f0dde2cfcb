"""Figures of a results.h5 as SVG and PNG: curves, recalls, confusion, settings, translations, features, time.

Prints for each figure which files were written, or why none was.
"""

import argparse
import pathlib
from collections.abc import Callable, Iterator

from m2m_results.blocks import Block, make_blocks
from m2m_results.command_line import add_selection, add_study, cannot_write, folder_beside, reading
from m2m_results.figures import (
    calibration,
    classes,
    features,
    gantt,
    laboratory,
    matrices,
    overview,
    settings,
    strips,
    style,
    timing,
    training,
)
from m2m_results.figures.style import Drawn, Picture, Skipped
from m2m_results.study import load

Draw = Callable[[Block], Iterator[Drawn]]  # the figures of one data setting

DRAWS: list[Draw] = [
    overview.draw,
    training.draw,
    classes.draw,
    matrices.draw,
    settings.draw,
    matrices.draw_acceptance,
    laboratory.draw,
    features.draw,
    calibration.draw,
    timing.draw,
]
LAST: list[Draw] = [strips.draw]  # many and large: a page that is full leaves these out
FORMS = ("svg", "png")


def draw_blocks(blocks: list[Block], draws: list[Draw]) -> Iterator[tuple[Drawn, str, str]]:
    """Yields (Picture or Skipped, file name, data setting); names carry the data setting if there are several."""
    for number, block in enumerate(blocks, start=1):
        suffix = f"-{number}_{style.slug(block.data)}" if len(blocks) > 1 else ""
        for draw in draws:
            for drawn in draw(block):
                yield drawn, drawn.name + suffix, block.data if len(blocks) > 1 else ""


def draw_all(blocks: list[Block]) -> Iterator[tuple[Drawn, str, str]]:
    """Yields all figures as draw_blocks() does; those of the whole study have the data setting ''."""
    style.apply()
    yield from draw_blocks(blocks, DRAWS)
    drawn = gantt.draw(blocks)
    yield drawn, drawn.name, ""
    yield from draw_blocks(blocks, LAST)


def forms(text: str) -> list[str]:
    """Parses 'svg,png' into a list."""
    names = text.split(",")
    if not set(names) <= set(FORMS):
        raise argparse.ArgumentTypeError(f"'{text}' is not svg, png or svg,png")
    return names


def resolution(text: str) -> int:
    """Parses dots per inch, from 20 to 1200."""
    if not text.isdigit() or not 20 <= int(text) <= 1200:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 20 to 1200")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    add_study(parser)
    parser.add_argument("--out", type=pathlib.Path, help="folder to write into; 'figures' beside results.h5 by default")
    parser.add_argument("--format", type=forms, default=list(FORMS), metavar="svg,png", help="file formats")
    parser.add_argument("--dpi", type=resolution, default=150, help="dots per inch of PNG")
    add_selection(parser)


def write(folder: pathlib.Path, name: str, picture: Picture, formats: list[str], dpi: int) -> str:
    """Writes the files of one figure; returns their names. Throws Failure if a file cannot be written."""
    names = [f"{name}.{form}" for form in formats]
    for form, file in zip(formats, names):
        content = style.encode(picture.figure, form, dpi)
        try:
            (folder / file).write_bytes(content)
        except OSError as error:
            raise cannot_write(folder / file, error) from error
    return ", ".join(names)


def run(arguments: argparse.Namespace) -> None:
    """Draws and writes every figure. Throws Failure if the results cannot be read or a file cannot be written."""
    folder = arguments.out or folder_beside(arguments.path) / "figures"
    with load(arguments.path) as study, reading(study.path):
        blocks = make_blocks(study, arguments.select, arguments.allow_mixed)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        for drawn, name, _ in draw_all(blocks):
            if isinstance(drawn, Skipped):
                print(f"{name}: not drawn: {drawn.reason}")
            else:
                print(f"{name}: wrote {write(folder, name, drawn, arguments.format, arguments.dpi)}")
