"""Training curves of synthetic results: lines where every epoch was evaluated, unjoined dots and a note elsewhere."""

import pathlib
import sys
import tempfile
import unittest

import h5py
import numpy as np
from synthetic_results import planned, write_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/support")]
from m2m_results import load  # noqa: E402, found by the line above
from m2m_results.blocks import make_blocks  # noqa: E402
from m2m_results.figures import style, training  # noqa: E402
from said import assert_says  # noqa: E402


class Curves(unittest.TestCase):
    """Each test writes trials of 6 epochs, of which some evaluate the test set at a part of them."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.results = pathlib.Path(scratch.name) / "results.h5"
        style.apply()

    def draw(self, trials, *evaluated):
        """The panels of the trials' curves; evaluated: epochs with a test, of the first trials."""
        write_results(self.results, trials)
        with h5py.File(self.results, "r+") as file:
            for trial, epochs in zip(trials, evaluated):
                table = file[f"trial/{trial['id']}/epochs"]
                kept = np.isin(table["epoch"], epochs)
                table["test_bacc"] = np.where(kept, table["test_bacc"], np.nan)
        with load(self.results) as study:
            self.values = [100 * study.record(trial["id"]).epochs["test_bacc"].to_numpy() for trial in trials]
            (drawn,) = training.draw(make_blocks(study)[0])
        return drawn.figure.axes

    def check(self, lines, values, **looks):
        """Compares lines with rows of values, and the looks of all."""
        for line, wanted in zip(lines, values, strict=True):
            np.testing.assert_allclose(line.get_ydata(), wanted, rtol=0, atol=1e-9)
            self.assertEqual({name: getattr(line, f"get_{name}")() for name in looks}, looks)

    def test_joins_the_values_of_every_epoch(self):
        *_, panel = self.draw([planned("ERM", seed) for seed in (1, 2)])
        self.assertEqual(panel.get_title(), "")
        self.check(panel.get_lines(), [*self.values, np.mean(self.values, axis=0)], linestyle="-")

    def test_joins_no_dots_and_averages_none_if_seeds_are_evaluated_at_different_epochs(self):
        *others, panel = self.draw([planned("ERM", seed) for seed in (1, 2)], [0, 2, 5], [0, 5])
        self.check(panel.get_lines(), self.values, linestyle="None", markerfacecolor="none")
        assert_says(panel.get_title().replace("\n", " "), "2 to 3 of 6 epochs", "seeds")
        self.assertEqual([other.get_title() for other in others], ["", ""])

    def test_averages_dots_of_the_same_epochs(self):
        *_, panel = self.draw([planned("ERM", seed) for seed in (1, 2)], [1, 3, 5], [1, 3, 5])
        *seeds, mean = panel.get_lines()
        self.check(seeds, self.values, linestyle="None", markerfacecolor="none")
        self.check([mean], [np.mean(self.values, axis=0)], linestyle="None", markerfacecolor=style.COLOURS[0])
        assert_says(panel.get_title().replace("\n", " "), "3 of 6 epochs", "mean")

    def test_has_lines_in_the_legend_beside_dots(self):
        panels = self.draw([planned("ERM", 1), planned("DRS", 1)], [5], [5])
        (legend,) = panels[0].figure.legends
        self.assertEqual([line.get_linestyle() for line in legend.get_lines()][:2], ["-", "--"])
        self.assertNotIn("seeds", panels[2].get_title())

    def test_says_so_beside_the_number_of_a_group(self):
        panels = self.draw([planned(f"ERM, {number}", 1) for number in range(13)], [0, 5])
        titles = [panel.get_title().replace("\n", " ") for panel in panels]
        self.assertEqual(titles[:2] + titles[3:], ["[1]"] * 2 + ["[2]"] * 3)
        assert_says(titles[2], "[1]", "2 to 6 of 6 epochs")

    def test_marks_about_eight_values(self):
        nan = np.nan
        self.assertEqual(training.marked(np.arange(80.0), 1), list(range(3, 80, 10)))
        self.assertEqual(training.marked(np.array([1, 2, nan, 3]), 0), [0, 1, 3])


if __name__ == "__main__":
    unittest.main()
