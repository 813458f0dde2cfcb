"""Writes one page, report.html, that shows a study: its table, figures, unfinished trials, settings, and the command
that reproduces it.

The page needs neither a network nor other files.
"""

import argparse
import functools
import json
import math
import pathlib
import shlex
import time
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from m2m_results import report
from m2m_results.blocks import EPOCHS, make_blocks
from m2m_results.command_line import (
    USAGE,
    Failure,
    add_every,
    add_selection,
    add_study,
    cannot_write,
    folder_beside,
    reading,
)
from m2m_results.follow import State, follow, progress
from m2m_results.page_parts import box, facts, figures, fold, page, rows, section, text
from m2m_results.study import Study, load

NAMES = {"bacc": "bACC", "gm": "GM"}
STATUSES = ("done", "failed", "diverged", "missing")
FACTS = ("epochs", "network", "precision", "protocol", "validation")
MAX_MISSING = 6  # trials without a result that are shown unfolded

Settings = dict[str, Any]


def counts(trials: pd.DataFrame) -> list[tuple[str, int]]:
    """(status, number of trials); a trial with several labels counts once."""
    each = trials.drop_duplicates("id").status
    return [(status, int((each == status).sum())) for status in STATUSES]


def versions(study: Study, environments: Iterable[Settings]) -> str:
    """The versions of the program that ran the trials; that of the merge if no trial records one."""
    recorded = dict.fromkeys(str(each["program"]) for each in environments if "program" in each)
    return ", ".join(recorded) or str(study.file.attrs.get("program_version", "unknown"))


def summary(
    study: Study, trials: pd.DataFrame, table: report.Table, select: str, environments: Iterable[Settings]
) -> str:
    """The plan, its data, and the outcomes of its trials."""
    pairs: list[tuple[str, object]] = [
        ("data", ", ".join(trials.data.drop_duplicates()) or "none"),
        ("methods", trials.label.nunique()),
        ("trials", trials.id.nunique()),
        *counts(trials),
        *((name, table.facts.get(name, "")) for name in FACTS),
        ("shown", EPOCHS[select]),
        ("program", versions(study, environments)),
    ]
    return facts(pairs)


def result(cell: pd.Series, metric: str) -> str:
    """A cell, '69.0 ± 1.2 (10)' or '- (0*)', with the number that it is sorted by."""
    mean = cell[f"{metric}_mean"]
    key = "" if math.isnan(mean) else f"{mean:.12g}"
    return f'<td data-key="{key}">{text(report.spread(cell, metric, "±"))} {report.count_text(cell)}</td>'


def head(columns: Sequence[tuple[str, str]]) -> str:
    """Headers that sort the table if pressed."""
    names = ["method"] + [f"{data}: {NAMES[metric]} (%)" for data, metric in columns]
    return "".join(
        f'<th scope="col" aria-sort="none"><button type="button">{text(name)}</button></th>' for name in names
    )


def results_table(cells: pd.DataFrame) -> str:
    """Methods by data settings and metrics."""
    if cells.empty:
        return "<p>The study plans no trials.</p>"
    columns = [(data, metric) for data in cells.data.drop_duplicates() for metric in NAMES]
    lines = []
    for place, method in enumerate(cells.method.drop_duplicates()):
        of_row = {cell["data"]: cell for _, cell in cells[cells.method == method].iterrows()}
        shown = [
            result(of_row[data], metric) if data in of_row else '<td data-key=""></td>' for data, metric in columns
        ]
        lines.append(f'<tr><th scope="row" data-key="{place}">{text(method)}</th>{"".join(shown)}</tr>')
    body = "\n".join(lines)
    return box(
        "Results",
        f'<table class="sortable">\n<thead><tr>{head(columns)}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>',
    )


def results(table: report.Table, select: str) -> str:
    """The table with its notes."""
    note = (
        f"{EPOCHS[select].capitalize()}, test set, mean ± standard deviation over seeds (number of trials); "
        "* marks cells with missing trials. Press a header to sort."
    )
    return results_table(table.cells) + "".join(f"\n<p>{text(each)}</p>" for each in (note, *table.notes))


def failures(study: Study, trials: pd.DataFrame) -> str:
    """Every trial that is not done, with its reason; '' if there are none. Many that only have no result yet are folded."""
    reasons = dict(zip(study.trials.id, study.trials.reason))
    lines = [
        (row.label, row.seed, row.data, row.status, reasons[row.id] or "-", row.id)
        for _, row in trials[trials.status != "done"].iterrows()
    ]
    head = ["method", "seed", "data", "status", "reason", "trial"]
    lost = [line for line in lines if line[3] != "missing"]
    missing = [line for line in lines if line[3] == "missing"]
    parts = [box("Failures", rows(head, lost))] if lost else []
    if missing:
        table = box("Trials without a result", rows(head, missing))
        parts.append(
            table if len(missing) <= MAX_MISSING else fold(f"{len(missing)} trials without a result yet", table)
        )
    return "\n".join(parts)


def listing(entries: Settings) -> str:
    """Settings or facts of a run as a list of definitions: JSON without quotes around texts."""
    return facts(
        (name, value if isinstance(value, str) and value else json.dumps(value)) for name, value in entries.items()
    )


def shared(dictionaries: Sequence[Settings]) -> Settings:
    """The entries that are equal in all dictionaries."""
    if not dictionaries:
        return {}
    return {
        name: value
        for name, value in dictionaries[0].items()
        if all(name in other and other[name] == value for other in dictionaries)
    }


def without(dictionary: Settings, common: Settings) -> Settings:
    """The entries of `dictionary` whose names are not in `common`."""
    return {name: value for name, value in dictionary.items() if name not in common}


def trial_entry(trial: dict[str, Any], status: str, config: Settings, environment: Settings) -> str:
    """The entry of one trial, which unfolds."""
    content = listing(config)
    if environment:
        content += "<h4>Environment</h4>" + listing(environment)
    return fold(f"{trial['label']}, seed {trial['config'].get('seed', '-')}: {status} ({trial['id']})", content)


def configurations(plan: dict[str, Any], statuses: dict[str, str], environments: dict[str, Settings]) -> str:
    """Settings and environments of all trials: first those that all share, then the others of each trial."""
    trials = list({trial["id"]: trial for trial in plan["trials"]}.values())
    common, common_environment = shared([trial["config"] for trial in trials]), shared(list(environments.values()))
    parts = [fold(f"Settings common to all {len(trials)} trials ({len(common)})", listing(common))]
    if common_environment:
        parts.append(fold(f"Environment common to all trials ({len(common_environment)})", listing(common_environment)))
    entries = [
        trial_entry(
            trial,
            statuses.get(trial["id"], "missing"),
            without(trial["config"], common),
            without(environments.get(trial["id"], {}), common_environment),
        )
        for trial in trials
    ]
    parts.append(fold(f"Settings and environment of each of the {len(trials)} trials", "\n".join(entries)))
    return "\n".join(parts)


def command(study_file: str, environments: Iterable[Settings]) -> str:
    """The command that reproduces these results, and the program's revisions."""
    shown = box("Command", f"<pre><code>{text(f'm2m-sweep {shlex.quote(study_file)}')}</code></pre>")
    ran = [(each["revision"], bool(each.get("dirty"))) for each in environments if "revision" in each]
    lines = [
        f"<p>Program's revision <code>{text(revision)}</code>{', with uncommitted changes' if changed else ''}.</p>"
        for revision, changed in dict.fromkeys(ran)
    ]
    note = "<p>Settings given on the command line are not recorded as such; they are among those above.</p>"
    return "\n".join([shown, *lines, note])


def make_page(
    study: Study, select: str = "last", allow_mixed: bool = False, work: str = "", refresh: float | None = None
) -> str:
    """The whole page as HTML. work: what a sweep does at the moment. Throws Failure if trials must not be averaged."""
    table = report.table(study.path, tuple(NAMES), select=select, allow_mixed=allow_mixed)
    answered = report.trial_metrics(study.path, select).drop_duplicates(["id", "label"])
    trials = study.trials[["id", "label"]].merge(answered, on=["id", "label"])
    environments = {trial: record.environment for trial, record in study.records()}
    content = [
        summary(study, trials, table, select, environments.values()),
        section("running", work),
        section("results", results(table, select)),
        section("figures", figures(make_blocks(study, select, allow_mixed))),
        section("failures", failures(study, trials)),
        section("trials", configurations(study.plan, dict(zip(trials.id, trials.status)), environments)),
        section("reproduce", command(str(study.plan["file"]), environments.values())),
    ]
    return page(f"{study.plan['name']}: results", "".join(content), refresh)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    add_study(parser)
    parser.add_argument("--out", type=pathlib.Path, help="file to write; report.html beside the results.h5 by default")
    add_selection(parser)
    parser.add_argument(
        "--follow",
        action="store_true",
        help="write it again and again while a sweep works in the folder, or until Ctrl-C; a browser reloads it",
    )
    add_every(parser, 30)


def write(path: pathlib.Path, content: str) -> None:
    """Writes the page under a temporary name and renames it. Throws Failure if it cannot be written."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error


def write_page(arguments: argparse.Namespace, state: State | None = None) -> None:
    """Makes the page and writes it. state: of the sweep that the page follows."""
    path = arguments.out or folder_beside(arguments.path) / "report.html"
    is_running = state is not None and bool(state.sweep)
    work = progress(state, time.strftime("%H:%M:%S")) if state else ""
    with load(arguments.path) as study, reading(study.path):
        content = make_page(
            study, arguments.select, arguments.allow_mixed, work, arguments.every if is_running else None
        )
    write(path, content)
    if not is_running:
        print(f"wrote {path} ({len(content.encode()) / 1e6:.1f} MB)")


def run(arguments: argparse.Namespace) -> None:
    """Writes the page. Throws Failure if the results cannot be read or the file cannot be written."""
    if not arguments.follow:
        write_page(arguments)
        return
    if arguments.path.is_file():
        raise Failure(USAGE, f"{arguments.path}: --follow takes the output folder of a sweep, not a file")
    try:
        follow(arguments.path, arguments.every, functools.partial(write_page, arguments))
    except KeyboardInterrupt:
        write_page(arguments)  # without the part about the sweep, which a browser would show for ever
