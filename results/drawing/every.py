"""Every figure of a study."""

from drawing import (acceptance, calibration, classes, confusion, curves, features, gantt, laboratory, overview,
                     settings, strips, style, timing)

MODULES = [overview, curves, classes, confusion, settings, acceptance, laboratory, features, calibration, timing]
LAST = [strips]  # many and large: a page that is full leaves these out


def draw_blocks(blocks, modules):
    """Yields (Picture or Skipped, file name, data setting); names carry the data setting if there are several."""
    for number, block in enumerate(blocks, start=1):
        suffix = f"-{number}_{style.slug(block.data)}" if len(blocks) > 1 else ""
        for module in modules:
            for drawn in module.draw(block):
                yield drawn, drawn.name + suffix, block.data if len(blocks) > 1 else ""


def draw_all(blocks):
    """Yields all figures as draw_blocks() does; those of the whole study have the data setting ''."""
    style.apply()
    yield from draw_blocks(blocks, MODULES)
    drawn = gantt.draw(blocks)
    yield drawn, drawn.name, ""
    yield from draw_blocks(blocks, LAST)
