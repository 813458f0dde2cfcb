"""Every figure of a study."""

import re

from drawing import acceptance, calibration, classes, confusion, curves, overview, settings, style, timing

MODULES = [overview, curves, classes, confusion, settings, acceptance, calibration, timing]


def slug(text):
    """A text as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.=-]+", "_", text).strip("_")


def draw_all(blocks):
    """(picture or what was skipped, name of its file) in order; several data settings are in the names."""
    style.apply()
    for number, block in enumerate(blocks, start=1):
        suffix = f"-{number}_{slug(block.data)}" if len(blocks) > 1 else ""
        for module in MODULES:
            for drawn in module.draw(block):
                yield drawn, drawn.name + suffix
