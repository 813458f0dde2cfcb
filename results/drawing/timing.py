"""How long it took: per epoch and per step, and how many slots a second."""

import numpy as np

from drawing import style
from drawing.curves import all_epochs, left_out
from drawing.overview import NOTE, draw_row, rows_of_methods
from drawing.style import Picture, Skipped

TRANSLATING = {True: "epochs that translate", False: "other epochs"}


def slots_a_second(trial, seconds):
    """An epoch has a slot for each training sample, also where these were filled up, by the seconds it took."""
    return trial.counts().sum() / seconds if seconds > 0 else np.nan


def epoch_values(trial, translating):
    """Seconds an epoch, median step in ms and slots a second over one kind of epochs; None without any."""
    table = trial.epochs()
    table = table[(table["translated"] == 1) == translating]
    table = table[np.isfinite(table["seconds"])]
    if len(table) == 0:
        return None
    seconds, steps = table["seconds"].mean(), table["step_seconds"]
    step = 1000 * np.median(steps[np.isfinite(steps)]) if np.isfinite(steps).any() else np.nan
    return seconds, step, slots_a_second(trial, seconds)


def lines_of(block):
    """(text, index, one tuple of values a seed) for each method and kind of epochs."""
    for method in block.drawn():
        for translating, kind in TRANSLATING.items():
            values = [epoch_values(trial, translating) for trial in method.trials]
            values = [value for value in values if value is not None]
            if values:
                mixed = any((trial.epochs()["translated"] == 1).any() for trial in method.trials)
                yield style.short(method.label, 34) + (f",\n{kind}" if mixed else ""), method.index, values


def machines(block):
    """'AMD EPYC, 1 thread, 1 rank a trial', every kind there is."""
    told = []
    for trial in block.trials():
        where = trial.environment()
        device = where["gpu"] if where.get("device") == "cuda" else where.get("processor", "unknown processor")
        threads, ranks = where.get("threads", "?"), where.get("ranks_of_trial", "?")
        others = where.get("trials_per_device", 1)
        beside = f", up to {others} trials at a time, which slow each other down" if others > 1 else ""
        told.append(f"{device}, threads: {threads}, ranks a trial: {ranks}{beside}")
    return "; ".join(dict.fromkeys(told))


def draw_time(block):
    """Three panels with a row for each method."""
    lines = list(lines_of(block))
    if not lines:
        return Skipped("time", "no trial has seconds per epoch")
    figure, axes = style.panels(3, 3, (3.4, .38 * len(lines) + .9), sharey=True)
    texts = ("seconds per epoch (training)", "median step (ms)", "training slots per second")
    for column, (panel, text) in enumerate(zip(axes, texts)):
        for row, (_, index, values) in enumerate(lines):
            draw_row(panel, row, [value[column] for value in values], index)
        panel.set_xlabel(text)
        style.plain_numbers(panel.xaxis)
        rows_of_methods(panel, [f"{label} (n = {len(values)})" for label, _, values in lines])
        panel.label_outer()
        panel.set_xlim(0, 1.08 * max(np.nanmax([value[column] for value in values]) for _, _, values in lines))
    methods = {method.label for method in block.drawn() if any(len(trial.epochs()) for trial in method.trials)}
    facts = (f"{all_epochs(block)}, mean over a trial's epochs, without evaluation{left_out(block, methods)}\n"
             f"{machines(block)}")
    note = style.seeds_note(block.drawn(), NOTE)
    style.title(figure, "Time" + note, facts)
    told = "; ".join(f"{label} {np.mean([value[0] for value in values]):.3g}".replace(",\n", ", ")
                     for label, _, values in lines)
    return Picture("time", "Time and throughput", f"Mean seconds per epoch: {told}.", figure)


def draw(block):
    """The one figure."""
    yield draw_time(block)
