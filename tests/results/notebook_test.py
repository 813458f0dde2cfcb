#!/usr/bin/env python3
"""Every cell of results/study.ipynb runs, and its plots have the lines of the study."""

import json
import os
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from synthetic_results import troubled_trials, write_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
NOTEBOOK = json.loads((ROOT / "results/study.ipynb").read_text())


class Notebook(unittest.TestCase):
    def test_runs_from_its_first_cell_to_its_last(self):
        self.addCleanup(plt.close, "all")
        names = {}
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, {"M2M_OUT": folder}):
            write_results(pathlib.Path(folder) / "results.h5", troubled_trials())
            for number, cell in enumerate(NOTEBOOK["cells"]):
                if cell["cell_type"] == "code":
                    exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
        curves, recalls = (plt.figure(number).axes[0] for number in plt.get_fignums())
        self.assertEqual({text.get_text() for text in curves.get_legend().get_texts()}, set(names["curves"].label))
        self.assertEqual(len(recalls.lines), len(set(names["curves"].label)))
        self.assertLessEqual(set(names["curves"].label), set(names["table"].method))
        (difference,) = names["differences"].values()
        self.assertEqual(len(difference), 2)

    def test_is_kept_without_outputs(self):
        for cell in NOTEBOOK["cells"]:
            self.assertFalse(cell.get("outputs"))
            self.assertIsNone(cell.get("execution_count"))


if __name__ == "__main__":
    unittest.main()
