"""Figure: outcomes of M2m's translations by seed class and target class."""

import numpy as np

from drawing import style
from drawing.confusion import heat, too_large
from drawing.curves import all_epochs
from drawing.style import Picture, Skipped

NAME = "acceptance"
CHOSEN, WITHOUT_SEED, FAILED_COIN, FAILED_GAMMA, ACCEPTED = range(5)


def outcomes(method):
    """Slots [outcome, seed class, target class] of all epochs and seeds, classes by rank; None if no epoch translated."""
    total = None
    for trial in method.trials:
        slots = trial.outcomes()
        if slots is not None:
            order = trial.by_rank()
            slots = slots[:, order][:, :, order]
            total = slots if total is None else total + slots
    return total


def share(part, whole):
    """`part` in % of `whole`; NaN if `whole` is 0."""
    return np.where(whole > 0, 100 * part / np.maximum(whole, 1), np.nan)


def draw_method(axes, method, slots, panels):
    """Draws two matrices: accepted slots in % of the chosen ones, and of the translated ones."""
    translated = slots[ACCEPTED] + slots[FAILED_GAMMA]
    label = style.heading(method)
    for panel, whole, text in ((axes[0], slots[CHOSEN], "chosen"), (axes[1], translated, "translated")):
        image = heat(panel, share(slots[ACCEPTED], whole), panels)
        count = int(slots[ACCEPTED].sum())
        panel.set_title(f"{label}\n{count:,} accepted\nof {int(whole.sum()):,} {text}")
        panel.set(xlabel="target class by rank", ylabel="seed class by rank")
    return image


def draw(block):
    """Yields the figure: one row of panels per method."""
    if block.drawn() and (skipped := too_large(NAME, block.drawn()[0].trials[0])):
        yield skipped
        return
    found = [(method, outcomes(method)) for method in block.drawn()]
    found = [(method, slots) for method, slots in found if slots is not None]
    if not found:
        yield Skipped(NAME, "no trial has translated (dataset 'generation')")
        return
    columns = 2 if len(found) == 1 else 4
    figure, axes = style.panels(2 * len(found), columns, (3.1, 3.3), layout="compressed")
    for row, (method, slots) in enumerate(found):
        image = draw_method(axes[2 * row:2 * row + 2], method, slots, len(axes))
    figure.colorbar(image, ax=axes, label="accepted (%); tinted: none to accept", shrink=min(1, 2 / len(axes) ** .5),
                    aspect=30)
    facts = all_epochs(block) + ", slots of all epochs"
    style.title(figure, "Accepted translations; class 1 is the most frequent", facts)
    alt = "Share of accepted translations by seed class and target class, for " + ", ".join(
        method.label for method, _ in found) + "."
    yield Picture(NAME, "Acceptance of translations", alt, figure)
