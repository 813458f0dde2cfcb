"""Every figure of a study."""

from drawing import (acceptance, calibration, classes, confusion, curves, features, gantt, laboratory, overview,
                     settings, strips, style, timing)

MODULES = [overview, curves, classes, confusion, settings, acceptance, laboratory, features, calibration, timing]
LAST = [strips]  # many and large: what has no room for all leaves these out


def of_blocks(blocks, modules):
    """(picture or what was skipped, name of its file, data setting); several data settings are told in the names."""
    for number, block in enumerate(blocks, start=1):
        suffix = f"-{number}_{style.slug(block.data)}" if len(blocks) > 1 else ""
        for module in modules:
            for drawn in module.draw(block):
                yield drawn, drawn.name + suffix, block.data if len(blocks) > 1 else ""


def draw_all(blocks):
    """As of_blocks(), in order; what shows the whole study has the data setting ''."""
    style.apply()
    yield from of_blocks(blocks, MODULES)
    drawn = gantt.draw(blocks)
    yield drawn, drawn.name, ""
    yield from of_blocks(blocks, LAST)
