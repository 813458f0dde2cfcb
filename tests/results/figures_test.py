"""Figures of synthetic results: all that the data allow, the same bytes each time, and clear errors."""

import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree

import h5py
import numpy as np
import pandas as pd
from synthetic_results import planned, troubled_trials, write_results

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "results" / "figures.py"
sys.path.append(str(SCRIPT.parents[1] / "python"))
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from m2m_results.figures.gantt import assign_rows  # noqa: E402, found by the lines above
from m2m_results.figures.settings import lines_for  # noqa: E402
from m2m_results.figures.style import balanced  # noqa: E402
from m2m_results.figures.timing import machines, slots_a_second  # noqa: E402
from said import assert_says  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments, seed="0"):
    """Runs figures.py; returns the finished process."""
    command = [sys.executable, "-W", "error", SCRIPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": seed})


def read_texts(path):
    """Every text of an SVG file."""
    return ["".join(element.itertext()) for element in xml.etree.ElementTree.parse(path).iter(f"{SVG}text")]


class Folder(unittest.TestCase):
    """Each test has a folder of its own, and most write a results.h5 into it."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.results = self.folder / "results.h5"

    def draw(self, *arguments):
        """The lines that figures.py prints when it succeeds, by figure."""
        done = run(self.folder, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return dict(line.split(": ", 1) for line in done.stdout.splitlines())

    def read(self, name):
        """All text of a figure."""
        return " ".join(read_texts(self.folder / "figures" / f"{name}.svg"))


class Drawing(Folder):
    def test_draws_every_figure_in_spite_of_trials_that_are_not_done(self):
        write_results(self.results, troubled_trials(), never=3)
        lines = self.draw("--dpi", "40")
        wanted = [
            "overview",
            "training_curves",
            "recall_by_class",
            "false_positives",
            "confusion",
            "setting_m2m_lambda",
            "setting_m2m_pool",
            "acceptance",
            "reliability",
            "time",
        ]
        self.assertEqual([name for name, line in lines.items() if line == f"wrote {name}.svg, {name}.png"], wanted)
        reasons = {name: line for name, line in lines.items() if line.startswith("not drawn: ")}
        self.assertEqual(list(reasons), ["laboratory", "features", "gantt", "strips"])
        made = {path.name for path in (self.folder / "figures").iterdir()}
        self.assertEqual(made, {f"{name}.{form}" for name in wanted for form in ("svg", "png")})

    def test_says_data_epochs_seeds_and_which_epoch_as_text(self):
        write_results(self.results, troubled_trials(), never=3)
        self.draw("--format", "svg", "--select", "best")
        texts = read_texts(self.folder / "figures" / "overview.svg")
        assert_says(texts, "digits rho=100", "6 epochs", "n = 1 to 3", "best validation bACC")
        self.assertIn("ERM (n = 2 of 3)", texts)
        self.assertIn("no trial is done", texts)
        pool = read_texts(self.folder / "figures" / "setting_m2m_pool.svg")
        self.assertEqual([text for text in pool if text in ("1", "10", "batch")], ["1", "10", "batch"])
        self.assertIn("deferral at epoch 4", self.read("training_curves"))

    def test_says_how_many_classes_are_not_tested(self):
        write_results(self.results, [planned("ERM", seed) for seed in (1, 2)], untested=(3, 7))
        self.draw("--format", "svg")
        overview, curves, time = (self.read(name) for name in ("overview", "training_curves", "time"))
        assert_says(overview, "n = 2", "last epoch", "2 of 10 classes")
        assert_says(curves, "n = 2", "2 of 10 classes")
        for of_all_epochs in (curves, time):
            self.assertNotIn("last epoch", of_all_epochs)

    def test_counts_only_the_seeds_of_methods_that_it_draws(self):
        write_results(self.results, troubled_trials(), never=3)
        self.draw("--format", "svg")
        assert_says(self.read("overview"), "n = 1 to 3")
        assert_says(self.read("acceptance"), "n = 2 to 3")

    def test_says_how_many_planned_trials_have_times(self):
        write_results(self.results, troubled_trials(), never=3)
        self.draw("--format", "svg")
        assert_says(self.read("time"), "ERM (n = 2 of 3)", "epochs that translate (n = 3)")

    def test_draws_a_setting_that_some_trials_leave_open(self):
        trials = [planned("M2m", seed) for seed in (1, 2)]
        trials += [planned(f"M2m, g_stop={stop}", 1, m2m__g_stop=float(stop)) for stop in (2, 4)]
        write_results(self.results, trials)
        self.draw("--format", "svg")
        texts = read_texts(self.folder / "figures" / "setting_m2m_g_stop.svg")
        self.assertEqual([text for text in texts if text in ("2", "4", "nan")], ["2", "4"])

    def test_says_what_was_in_a_checkpoint_before_training_began(self):
        write_results(self.results, [planned("ERM", 1, train__start_epoch=4, train__start_from="f.safetensors")])
        self.draw("--format", "svg")
        wanted = ("digits rho=100", "6 epochs", "first 4", "checkpoint", "n = 1", "last epoch")
        assert_says(self.read("overview"), *wanted)

    def test_draws_a_single_seed_without_a_note_on_seeds(self):
        write_results(self.results, [planned("ERM", 1)], with_best=False)
        lines = self.draw("--format", "svg")
        assert_says(lines["acceptance"], "not drawn", "no trial")
        self.assertNotIn("seeds", self.read("overview"))

    def test_draws_a_hundred_classes_in_small_files(self):
        trials = [planned(label, seed) for label in ("ERM", "DRS", "M2m") for seed in (1, 2)]
        write_results(self.results, trials, classes=100, never=7)
        self.draw("--format", "svg")
        sizes = [path.stat().st_size for path in (self.folder / "figures").iterdir()]
        self.assertEqual(len(sizes), 8)
        self.assertLess(max(sizes), 500_000)

    def test_draws_the_same_acceptance_from_the_arrays_of_schema_1(self):
        drawn = {}
        for schema in (1, 2):
            write_results(self.results, [planned("M2m", seed) for seed in (1, 2)], schema=schema)
            self.draw("--format", "svg")
            drawn[schema] = (self.folder / "figures" / "acceptance.svg").read_bytes()
        self.assertEqual(drawn[1], drawn[2])

    def test_names_the_classes_of_matrices_by_rank(self):
        write_results(self.results, [planned("M2m", 1)], classes=3, class_names=["cat", "猫", "a long name of a class"])
        self.draw("--format", "svg")
        for name in ("confusion", "acceptance"):
            texts = read_texts(self.folder / "figures" / f"{name}.svg")
            shown = [text for text in texts if text in ("cat", "猫", "a long name o…")]
            by_rank = ["a long name o…", "猫", "cat"]  # by make_counts(3)
            self.assertEqual(shown, by_rank * (len(shown) // 3), texts)
            self.assertGreaterEqual(len(shown), 6)

    def test_leaves_out_matrices_of_thousands_of_classes(self):
        write_results(self.results, [planned("ERM", 1)], classes=1001, samples=1)
        lines = self.draw("--format", "png", "--dpi", "30")
        for name in ("confusion", "acceptance"):
            assert_says(lines[name], "not drawn", "1,001 classes")
        self.assertEqual(lines["recall_by_class"], "wrote recall_by_class.png")

    def test_counts_as_many_slots_an_epoch_for_every_sampling(self):
        record = types.SimpleNamespace(counts=np.array([100, 10, 1]))
        smote = types.SimpleNamespace(record=record, row={"recipe_sampling": "smote", "train_batch_size": 64})
        self.assertEqual(slots_a_second(smote, 2), 55.5)

    def test_names_files_by_data_where_there_are_several(self):
        write_results(self.results, [planned("ERM", 1), planned("ERM", 1, data__set="cifar10")])
        lines = self.draw("--format", "svg")
        self.assertIn("overview-1_digits_rho=100", lines)
        self.assertIn("overview-2_CIFAR-LT-10_rho=100", lines)

    def test_says_why_nothing_is_drawn_where_nothing_is_done(self):
        write_results(self.results, [planned("ERM", 1, "failed", "x"), planned("DRS", 1, "missing")])
        self.assertTrue(all(line.startswith("not drawn: no trial") for line in self.draw().values()))

    def write_times(self, trials):
        """Writes a begin and a rank into the records of the first `trials` done trials."""
        with h5py.File(self.results, "r+") as file:
            for rank, trial in zip(range(trials), file["trial"].values()):
                trial.attrs.update(started=f"2026-01-31T12:00:0{rank}.{rank}05Z", rank=rank)

    def test_draws_who_trained_when_where_the_records_tell(self):
        write_results(self.results, [planned("ERM", seed) for seed in (1, 2)])
        self.write_times(2)
        self.assertEqual(self.draw("--format", "png", "--dpi", "40")["gantt"], "wrote gantt.png")

    def test_draws_who_trained_when_once_for_all_data_settings(self):
        trials = [
            planned("ERM", 1),
            planned("M2m", 1, data__set="cifar10"),
            planned("DRS", 1),
            planned("DRS", 2),
            planned("ERM", 2, "failed", "x", data__set="cifar10"),
        ]
        write_results(self.results, trials)
        self.write_times(3)
        self.assertEqual(self.draw("--format", "svg")["gantt"], "wrote gantt.svg")
        texts = read_texts(self.folder / "figures" / "gantt.svg")
        assert_says(texts, "digits rho=100; CIFAR-LT-10 rho=100", "3 of 5")
        self.assertEqual([text for text in texts if text.startswith("rank")], ["rank 0", "rank 1", "rank 2"])
        assert_says(texts, "seconds since")

    def test_joins_trials_that_only_an_older_default_tells_apart(self):
        rows = pd.DataFrame(
            {
                "method": ["M2m"] * 4,
                "wall_seconds": 1.0,
                "m2m_lambda": [0.0, 0.0, 0.5, 0.5],
                "train_evaluation_batch": [500, 0, 500, 0],
                "train_executor": ["eager", "auto", "eager", "auto"],
            }
        )
        [(text, group)] = lines_for(rows, "m2m_lambda")
        self.assertEqual((text, len(group)), ("", 4))

    def test_wraps_a_title_into_lines_of_about_equal_length(self):
        self.assertEqual(balanced("one two three four five", 20), ["one two three", "four five"])
        self.assertEqual(balanced("one two three four five", 23), ["one two three four five"])

    def test_gives_a_rank_a_row_for_each_trial_that_it_runs_at_once(self):
        bars = [
            ("a", 0, 0, 0.0, 10.0),
            ("b", 0, 0, 4.0, 5.0),
            ("c", 0, 0, 9.0, 3.0),
            ("d", 0, 0, 9.995, 1.0),
            ("e", 0, 1, 0.0, 9.0),
        ]
        rows = {bar[0]: row for bar, row in assign_rows(bars).items()}
        self.assertEqual(rows, {"a": (0, 0), "b": (0, 1), "c": (0, 1), "d": (0, 0), "e": (1, 0)})

    def test_says_beside_times_that_trials_shared_a_device(self):
        def block(*environments):
            records = [types.SimpleNamespace(environment=own) for own in environments]
            trials = [types.SimpleNamespace(record=record) for record in records]
            return types.SimpleNamespace(trials=lambda: trials)

        alone = {"processor": "A", "threads": 1, "ranks_of_trial": 1}
        self.assertEqual(machines(block(alone, alone)), machines(block(alone)))
        assert_says(machines(block(alone)), "A", "threads: 1", "ranks a trial: 1")
        for gpu, name in (("A100", "A100"), ("1", "GPU without a recorded name")):
            self.assertEqual(machines(block(alone | {"device": "cuda", "gpu": gpu})).split(",")[0], name)
        one, shared = machines(block(alone, alone | {"trials_per_device": 4})).split("; ")
        self.assertEqual(one, machines(block(alone)))
        assert_says(shared, one, "4 trials")

    def test_writes_the_same_bytes_again(self):
        write_results(self.results, troubled_trials(), never=3)
        for seed in ("1", "2"):
            self.assertEqual(run(self.folder, "--out", self.folder / seed, "--dpi", "40", seed=seed).returncode, 0)
        first, second = ({path.name: path.read_bytes() for path in (self.folder / seed).iterdir()} for seed in "12")
        self.assertEqual(first, second)
        self.assertNotIn(b"<dc:date>", first["overview.svg"])


class Refusing(Folder):
    def refused(self, code, *arguments):
        """Runs figures.py, which has to fail with this code; returns its one sentence."""
        done = run(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertNotIn("Traceback", done.stderr)
        return done.stderr

    def test_refuses_what_is_not_hdf5_or_is_cut_short(self):
        self.results.write_text("no HDF5")
        self.assertIn("not an HDF5 file", self.refused(65, self.folder))
        write_results(self.results, [planned("ERM", 1)])
        whole = self.results.read_bytes()
        self.results.write_bytes(whole[: len(whole) // 2])
        self.refused(65, self.results)

    def test_refuses_another_schema(self):
        write_results(self.results, [planned("ERM", 1)])
        with h5py.File(self.results, "r+") as file:
            file.attrs["schema_version"] = 0
        self.assertIn("schema 0", self.refused(65, self.folder))

    def test_refuses_an_incomplete_record(self):
        trial = planned("ERM", 1)
        write_results(self.results, [trial])
        with h5py.File(self.results, "r+") as file:
            del file[f"trial/{trial['id']}/last/test/confusion"]
        done = run(self.folder)
        self.assertEqual(done.returncode, 65)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_refuses_to_average_different_trainings(self):
        write_results(self.results, [planned("ERM", 1), planned("ERM", 2, train__epochs=7)])
        self.assertIn("--allow-mixed", self.refused(2, self.folder))
        self.assertEqual(run(self.folder, "--allow-mixed", "--format", "svg").returncode, 0)

    def test_tells_files_it_cannot_read_or_write(self):
        self.assertIn("no such file", self.refused(74, self.folder / "absent.h5"))
        write_results(self.results, [planned("ERM", 1)])
        self.refused(74, self.folder, "--out", self.results / "under_a_file")

    def test_refuses_unknown_formats_and_resolutions(self):
        self.refused(2, self.folder, "--format", "svg,pdf")
        self.refused(2, self.folder, "--dpi", "0")
        self.refused(2)


if __name__ == "__main__":
    unittest.main()
