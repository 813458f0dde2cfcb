"""Every number of a figure or of the page that a table has equals the one of 'm2m-report --format json'.

M2M_REPORT and M2M_MAKE_STUDY: the programs m2m-report and make_synthetic_study.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from synthetic_results import planned, troubled_trials, write_results

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "python"))
from m2m_results import load
from m2m_results.blocks import make_blocks
from m2m_results.figures import calibration, classes, matrices, overview, settings, style
from m2m_results.page import make_page

TEXT = re.compile(r"(?P<label>.*?)\s\(n = (?P<n>\d+)(?: of (?P<planned>\d+))?\)", re.DOTALL)
CELL = re.compile(r'<td data-key="([^"]*)">([^<]*)</td>')


def ask(command, path, *options):
    """The JSON of a command of m2m-report, read without the package."""
    call = [os.environ["M2M_REPORT"], command, path, "--format", "json", *options]
    return json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)


class Numbers(unittest.TestCase):
    """A study with two data settings, of which some trials failed."""

    select = "last"

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.make(cls.folder)
        cls.results = cls.folder / "results.h5"
        options = ("--select", cls.select, "--metric=bacc", "--metric=gm", "--metric=ece")
        cls.cells = {(cell["method"], cell["data"]): cell for cell in ask("table", cls.results, *options)["cells"]}
        cls.rows = ask("aggregate", cls.results, "--select", cls.select)["rows"]
        study = load(cls.folder)
        cls.addClassCleanup(study.close)
        cls.blocks = make_blocks(study, cls.select)
        cls.page = make_page(study, cls.select)
        style.apply()

    @classmethod
    def make(cls, folder):
        """Writes the study."""
        subprocess.run([os.environ["M2M_MAKE_STUDY"], folder], check=True)

    def figures(self, draw, name):
        """(block, figure) of each data setting."""
        for block in self.blocks:
            for drawn in draw(block):
                if drawn.name == name:
                    yield block, drawn

    def values(self, method, data, *metrics):
        """Values of metrics in the order of the trials of a cell: [trial, metric]."""
        found = {}
        for row in self.rows:
            if (row["label"], row["data"]) == (method, data) and row["metric"] in metrics:
                found.setdefault(row["id"], {})[row["metric"]] = row["value"]
        return np.array([[values[name] for name in metrics] for values in found.values()], dtype=float)

    def check_count(self, text, cell):
        """Compares the number of trials in a text of a figure."""
        found = TEXT.fullmatch(text)
        self.assertIsNotNone(found, text)
        self.assertEqual((int(found["n"]), int(found["planned"] or found["n"])), (cell["n"], cell["planned"]))

    def test_of_the_overview(self):
        for block, drawn in self.figures(overview.draw, "overview"):
            (axes,) = drawn.figure.axes
            lines = list(axes.get_lines())
            for method, tick in zip(block.methods, axes.get_yticklabels(), strict=True):
                cell = self.cells[method.label, block.data]
                self.check_count(tick.get_text(), cell)
                if cell["n"] == 0:
                    continue
                seeds = self.values(method.label, block.data, "bacc").ravel()
                if cell["n"] > 1:
                    self.assertEqual(list(lines.pop(0).get_xdata()), list(seeds))
                    mean, deviation = cell["bacc_mean"], cell["bacc_std"]
                    self.assertEqual(list(lines.pop(0).get_xdata()), [mean - deviation, mean + deviation])
                self.assertEqual(list(lines.pop(0).get_xdata()), [cell["bacc_mean"]])
                self.assertIn(f"{method.label} {cell['bacc_mean']:.1f}", drawn.alt)
            self.assertEqual(lines, [])

    def test_of_recalls_and_false_positives(self):
        for block, drawn in self.figures(classes.draw, "recall_by_class"):
            for method, axes in zip(block.drawn(), drawn.figure.axes, strict=True):
                self.check_count(axes.get_title(), self.cells[method.label, block.data])
                by_rank = [f"recall_{label}" for label in method.trials[0].record.by_rank]
                self.check_lines(axes, self.values(method.label, block.data, *by_rank), len(block.drawn()) > 1)
        for block, drawn in self.figures(classes.draw, "false_positives"):
            for method in block.drawn():
                ranks = range(1, len(method.trials[0].record.counts) + 1)
                values = self.values(method.label, block.data, *(f"false_positives_{rank}" for rank in ranks))
                drawn_lines = [list(line.get_ydata()) for line in drawn.figure.axes[0].get_lines()]
                for wanted in [*(values if len(values) > 1 else []), values.mean(axis=0)]:
                    self.assertIn(list(wanted), drawn_lines)

    def check_lines(self, axes, seeds, has_first):
        """Compares the lines of a panel with a row per seed; the first line may be that of another method."""
        lines = [line.get_ydata() for line in axes.get_lines()][has_first:]
        for line, wanted in zip(lines, [*(seeds if len(seeds) > 1 else []), seeds.mean(axis=0)], strict=True):
            np.testing.assert_allclose(line, wanted, rtol=0, atol=1e-9)

    def test_of_the_confusion(self):
        for block, drawn in self.figures(matrices.draw, "confusion"):
            for method, axes in zip(block.drawn(), drawn.figure.axes):
                self.check_count(axes.get_title(), self.cells[method.label, block.data])
                by_rank = [f"recall_{label}" for label in method.trials[0].record.by_rank]
                recalls = self.values(method.label, block.data, *by_rank).mean(axis=0)  # seeds have equal test sets
                (image,) = axes.get_images()
                np.testing.assert_allclose(np.diag(image.get_array()), recalls, rtol=0, atol=1e-9)

    def test_of_the_calibration(self):
        for block, drawn in self.figures(calibration.draw, "reliability"):
            for method, axes in zip(block.drawn(), drawn.figure.axes, strict=True):
                title, _, error = axes.get_title().rpartition("\nECE ")
                cell = self.cells[method.label, block.data]
                self.check_count(title, cell)
                self.assertEqual(error, f"{cell['ece_mean']:.1f} %")

    def test_of_the_page(self):
        cells = iter(CELL.findall(self.page))
        data = list(dict.fromkeys(key[1] for key in self.cells))
        for method in dict.fromkeys(key[0] for key in self.cells):
            for place in data:
                cell = self.cells.get((method, place))
                for metric in ("bacc", "gm"):
                    key, text = next(cells)
                    self.assertEqual((key, text), self.page_cell(cell, metric) if cell else ("", ""))
        self.assertEqual(list(cells), [])
        for status in ("done", "failed", "diverged", "missing"):
            count = len({row["id"] for row in self.rows if row["status"] == status})
            self.assertIn(f"<dt>{status}</dt><dd>{count}</dd>", self.page)

    @staticmethod
    def page_cell(cell, metric):
        """The number and the text of a cell of the page."""
        mean, deviation = cell[f"{metric}_mean"], cell[f"{metric}_std"]
        count = f"({cell['n']}{'' if cell['n'] == cell['planned'] else '*'})"
        if mean is None:
            return "", f"- {count}"
        spread = "" if deviation is None else f" ± {deviation:.1f}"
        return f"{mean:.12g}", f"{mean:.1f}{spread} {count}"

    def test_of_the_package(self):
        with load(self.results) as study:
            table = study.table(select=self.select)
            for _, row in table.iterrows():
                cell = self.cells[row["method"], row["data"]]
                for name in ("n", "planned", "failed", "diverged", "missing"):
                    self.assertEqual(row[name], cell[name])
                for name in ("bacc_mean", "bacc_std", "gm_mean", "gm_std"):
                    np.testing.assert_equal(row[name], np.nan if cell[name] is None else cell[name])
            self.assertEqual(len(table), len(self.cells))


class BestEpoch(Numbers):
    """The same of the epoch that validates best."""

    select = "best"


class VariedSettings(Numbers):
    """A study of which settings vary within a method."""

    @classmethod
    def make(cls, folder):
        trials = troubled_trials() + [planned("ERM", seed, data__set="cifar10") for seed in (1, 2)]
        write_results(folder / "results.h5", trials, never=3)

    def test_of_settings(self):
        found = {drawn.name: drawn.figure.axes[0] for drawn in settings.draw(self.blocks[0])}
        for name, labels in (
            ("setting_m2m_pool", ["M2m, pool=1", "M2m, pool=10", "M2m"]),
            ("setting_m2m_lambda", ["M2m, lambda=0", "M2m"]),
        ):
            dots, line = found[name].get_lines()
            means = [self.cells[label, self.blocks[0].data]["bacc_mean"] for label in labels]
            np.testing.assert_allclose(line.get_ydata(), means, rtol=0, atol=1e-9)
            for place, label in enumerate(labels):
                seeds = self.values(label, self.blocks[0].data, "bacc").ravel()
                self.assertEqual(list(dots.get_ydata()[dots.get_xdata() == place]), list(seeds))


if __name__ == "__main__":
    unittest.main()
