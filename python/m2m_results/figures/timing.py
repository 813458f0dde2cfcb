"""Figure: time per epoch and per step, and slots per second.

The means over seeds of this figure are its own: m2m-report has no times.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes

from m2m_results.blocks import Block, Method, Trial, count_text
from m2m_results.figures import style
from m2m_results.figures.overview import NOTE, draw_row, rows_of_methods
from m2m_results.figures.style import Drawn, Picture, Skipped
from m2m_results.figures.training import untrained_note

TRANSLATING = {True: "epochs that translate", False: "other epochs"}


def slots_a_second(trial: Trial, seconds: float) -> float:
    """Slots per second: an epoch has one slot per training sample."""
    return trial.record.counts.sum() / seconds if seconds > 0 else np.nan


def epoch_values(trial: Trial, translating: bool) -> tuple[float, float, float] | None:
    """Seconds per epoch, median step in ms and slots per second over one kind of epochs; None if there are none."""
    table = trial.record.epochs
    table = table[(table["translated"] == 1) == translating]
    table = table[np.isfinite(table["seconds"])]
    if len(table) == 0:
        return None
    seconds, steps = table["seconds"].mean(), table["step_seconds"]
    step = 1000 * np.median(steps[np.isfinite(steps)]) if np.isfinite(steps).any() else np.nan
    return seconds, step, slots_a_second(trial, seconds)


def lines_for(block: Block) -> Iterator[tuple[str, Method, list[tuple[float, float, float]]]]:
    """Yields (text, method, a tuple of values per seed) for each method and kind of epochs."""
    for method in block.drawn():
        for translating, kind in TRANSLATING.items():
            measured = [epoch_values(trial, translating) for trial in method.trials]
            values = [value for value in measured if value is not None]
            if values:
                mixed = any((trial.record.epochs["translated"] == 1).any() for trial in method.trials)
                yield style.short(method.label, 34) + (f",\n{kind}" if mixed else ""), method, values


def machines(block: Block) -> str:
    """'AMD EPYC, threads: 1, ranks a trial: 1', without repetitions."""
    texts = []
    for trial in block.trials():
        environment = trial.record.environment
        device = environment.get("processor", "unknown processor")
        if environment.get("device") == "cuda":
            gpu = environment["gpu"]
            device = "GPU without a recorded name" if gpu.isdigit() else gpu  # a digit: older programs counted the GPUs
        threads, ranks = environment.get("threads", "?"), environment.get("ranks_of_trial", "?")
        others = environment.get("trials_per_device", 1)
        beside = f", up to {others} trials at a time, which slow each other down" if others > 1 else ""
        texts.append(f"{device}, threads: {threads}, ranks a trial: {ranks}{beside}")
    return "; ".join(dict.fromkeys(texts))


def draw_times(axes: Axes, row: int, values: list[float], index: int) -> None:
    """Draws the times of one line, with their mean over seeds."""
    measured = [value for value in values if np.isfinite(value)] or [np.nan]
    draw_row(
        axes, row, values, index, float(np.mean(measured)), float(np.std(measured, ddof=1)) if len(measured) > 1 else 0
    )


def draw_time(block: Block) -> Drawn:
    """Draws three panels with a row per method and kind of epochs."""
    lines = list(lines_for(block))
    if not lines:
        return Skipped("time", "no trial has seconds per epoch")
    figure, axes = style.panels(3, 3, (3.4, 0.38 * len(lines) + 0.9), sharey=True)
    labels = [
        f"{label} (n = {count_text(len(values), int(method.cell['planned']))})" for label, method, values in lines
    ]
    texts = ("seconds per epoch (training)", "median step (ms)", "training slots per second")
    for column, (panel, text) in enumerate(zip(axes, texts)):
        for row, (_, method, values) in enumerate(lines):
            draw_times(panel, row, [value[column] for value in values], method.index)
        panel.set_xlabel(text)
        style.plain_numbers(panel.xaxis)
        rows_of_methods(panel, labels)
        panel.label_outer()
        panel.set_xlim(0, 1.08 * max(np.nanmax([value[column] for value in values]) for _, _, values in lines))
    trained = block.only(
        [method for method in block.drawn() if any(len(trial.record.epochs) for trial in method.trials)]
    )
    others = untrained_note(block, [method.label for method in trained.methods])
    facts = f"{trained.scope}, mean over a trial's epochs, without evaluation{others}\n{machines(block)}"
    note = style.seeds_note(block.drawn(), NOTE)
    style.title(figure, "Time" + note, facts)
    means = "; ".join(
        f"{label} {np.mean([value[0] for value in values]):.3g}".replace(",\n", ", ") for label, _, values in lines
    )
    return Picture("time", "Time and throughput", f"Mean seconds per epoch: {means}.", figure)


def draw(block: Block) -> Iterator[Drawn]:
    """Yields the figure."""
    yield draw_time(block)
