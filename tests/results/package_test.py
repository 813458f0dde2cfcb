"""The package in a notebook and as a command: tables, records, journals, exports, and failures in one sentence."""

import datetime
import importlib.util
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import numpy as np
import pandas as pd
from synthetic_results import planned, troubled_trials, write_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/support")]
import m2m_results  # noqa: E402, found by the line above
from m2m_results import programs, report  # noqa: E402
from m2m_results.runs import runs  # noqa: E402
from said import assert_says  # noqa: E402

HAS_PARQUET = any(importlib.util.find_spec(name) for name in ("fastparquet", "pyarrow"))


class Results(unittest.TestCase):
    """A folder with a results.h5."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.trials = troubled_trials()
        write_results(self.folder / "results.h5", self.trials)

    def load(self):
        """The study, closed at the end of the test."""
        study = m2m_results.load(self.folder)
        self.addCleanup(study.close)
        return study

    def run_command(self, *arguments, **environment):
        """Runs a command of the package; returns the finished process."""
        command = [sys.executable, "-W", "error", "-m", "m2m_results", *map(str, arguments)]
        paths = {"PYTHONPATH": str(ROOT / "python")}
        return subprocess.run(command, capture_output=True, text=True, env=os.environ | paths | environment)


class Loading(Results):
    def test_gives_a_row_per_planned_trial(self):
        trials = self.load().trials
        self.assertEqual(list(trials.id), [trial["id"] for trial in self.trials])
        self.assertEqual(list(trials.status), [trial["status"] for trial in self.trials])
        self.assertEqual(list(trials.m2m_pool), [trial["config"]["m2m.pool"] for trial in self.trials])

    def test_gives_records_by_id(self):
        study = self.load()
        self.assertEqual([trial for trial, _ in study.records()], list(study.trials.id[study.trials.status == "done"]))
        record = study.record(self.trials[0]["id"])
        labels, logits = record.labels(), record.logits()
        confusion = np.zeros((10, 10), int)
        np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
        self.assertEqual(confusion.tolist(), record.confusion().tolist())
        self.assertEqual(list(np.diff(record.counts[record.by_rank]) <= 0), [True] * 9)
        self.assertEqual(record.config["train.epochs"], len(record.epochs))
        with self.assertRaises(KeyError):
            study.record("absent").confusion()

    def test_gives_the_curves_of_all_trials_in_one_table(self):
        study = self.load()
        curves = study.curves()
        done = [trial for trial in self.trials if trial["status"] == "done"]
        self.assertEqual(len(curves), 6 * len(done))
        one = curves[curves.id == done[-1]["id"]]
        self.assertEqual(set(one.label), {done[-1]["label"]})
        self.assertEqual(list(one.loss), list(study.record(done[-1]["id"]).epochs.loss))

    def test_gives_metrics_of_logits_and_of_each_class(self):
        study = self.load()
        first = self.trials[0]
        trial = study.record(first["id"])
        classes = study.classes(allow_mixed=True)
        of_label = classes[classes.method == first["label"]]
        self.assertEqual(sorted(of_label["class"].unique()), list(range(10)))
        row = of_label[of_label["class"] == 3].iloc[0]
        self.assertEqual((row.training, row.test), (trial.counts[3], trial.confusion()[3].sum()))
        metrics = study.metrics(logits=True)
        auroc = metrics[(metrics.id == first["id"]) & metrics.metric.isin([f"auroc_{k}" for k in range(10)])]
        macro = metrics[(metrics.id == first["id"]) & (metrics.metric == "auroc")].value.iloc[0]
        self.assertAlmostEqual(auroc.drop_duplicates("metric").value.mean(), macro, places=9)
        self.assertNotIn("auroc", set(study.metrics().metric))

    def test_gives_intervals_of_means(self):
        table = self.load().table("bacc", "auroc", allow_mixed=True, bootstrap=100)
        known = table[table.n > 0]
        self.assertGreater(len(known), 0)
        for name in ("bacc", "auroc"):
            self.assertTrue((known[f"{name}_low"] < known[f"{name}_mean"]).all())
            self.assertTrue((known[f"{name}_high"] > known[f"{name}_mean"]).all())

    def test_gives_journals_of_trials_that_still_run(self):
        (self.folder / "study.json").write_text(json.dumps({"schema": 2, "trials": self.trials}))
        folder = self.folder / "trials" / self.trials[5]["id"]
        folder.mkdir(parents=True)
        (folder / "journal.jsonl").write_text('{"epoch": 0, "loss": 0.5}\n{"epoch": 1, "loss": 0.25}\n{"epoch":')
        (trial, epochs), *others = self.load().journals().items()
        self.assertEqual((trial, others), (self.trials[5]["id"], []))
        self.assertEqual(list(epochs.loss), [0.5, 0.25])


class Failing(Results):
    def refusal(self, *arguments, code, **environment):
        """The one sentence of a command that fails with this code."""
        done = self.run_command(*arguments, **environment)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_throws_a_sentence_with_a_code(self):
        (self.folder / "results.h5").unlink()
        (self.folder / "study.json").write_text("{}")  # a sweep was here
        for path, code in ((self.folder / "results.h5", 74), (pathlib.Path(__file__), 65)):
            with self.assertRaises(m2m_results.Failure) as failed:
                m2m_results.load(path)
            self.assertEqual(failed.exception.code, code)
            assert_says(str(failed.exception), str(path), "m2m-report merge")

    def test_advises_no_merge_where_no_sweep_was(self):
        with self.assertRaises(m2m_results.Failure) as failed:
            m2m_results.load(self.folder / "absent")
        self.assertEqual(failed.exception.code, 74)
        assert_says(str(failed.exception), str(self.folder / "absent"))
        self.assertNotIn("merge", str(failed.exception))

    def test_passes_on_what_m2m_report_refuses(self):
        write_results(self.folder / "results.h5", [planned("ERM", 1), planned("ERM", 2, train__epochs=7)])
        program = os.environ["M2M_REPORT"]
        theirs = subprocess.run([program, self.folder / "results.h5"], capture_output=True, text=True)
        ours = self.refusal("export", self.folder, code=theirs.returncode)
        self.assertEqual(theirs.returncode, 2)
        self.assertEqual(ours.partition(": ")[2], theirs.stderr.partition(": ")[2])

    def test_finds_m2m_report_on_the_path_or_says_how_to_get_it(self):
        name = "m2m-report"
        with unittest.mock.patch.object(programs, "BUILT", self.folder):
            (self.folder / "bin").mkdir()
            program = self.folder / "bin" / name
            program.symlink_to(os.environ["M2M_REPORT"])
            with unittest.mock.patch.dict(os.environ, {"M2M_REPORT": "", "PATH": str(program.parent)}):
                self.assertEqual(programs.find_program(name), str(program))
                program.unlink()
                with self.assertRaises(m2m_results.Failure) as failed:
                    programs.find_program(name)
        assert_says(str(failed.exception), "m2m-report", "make programs", "M2M_REPORT")
        absent = self.folder / "no such program"
        self.assertIn(str(absent), self.refusal("table", self.folder, code=74, M2M_REPORT=str(absent)))

    def test_names_its_commands(self):
        done = self.run_command("--help")
        self.assertEqual(done.returncode, 0)
        assert_says(done.stdout, "table", "figures", "page", "events", "export")
        self.assertEqual(self.run_command("nonsense").returncode, 2)

    def test_says_how_to_install_parquet(self):
        hide = "import sys\nsys.modules |= {'fastparquet': None, 'pyarrow': None}\n"
        (self.folder / "sitecustomize.py").write_text(hide)
        paths = os.pathsep.join([str(self.folder), str(ROOT / "python")])
        said = self.refusal("export", self.folder, "--format", "parquet", code=1, PYTHONPATH=paths)
        assert_says(said, "pip install fastparquet")


class Logging(Results):
    def test_prints_the_runs_in_the_form_of_mlperf(self):
        done = self.run_command("mllog", self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        prefix = ":::MLLOG "
        self.assertTrue(all(line.startswith(prefix) for line in done.stdout.splitlines()))
        found = [json.loads(line.removeprefix(prefix)) for line in done.stdout.splitlines()]
        study = self.load()
        trials = [trial for trial, _ in study.records()]
        self.assertEqual([each["value"] for each in found if each["key"] == "submission_entry"], trials)
        self.assertEqual([each["key"] for each in found].count("run_stop"), len(trials))
        bacc = study.metrics().query("metric == 'bacc'").drop_duplicates("id").set_index("id").value
        final = [each["value"] for each in found if each["metadata"].get("metric") == "final_test_bacc"]
        np.testing.assert_allclose(final, [bacc[trial] / 100 for trial in trials])
        times = [each["time_ms"] for each in found[: len(found) // len(trials)]]
        self.assertEqual(times, sorted(times))

    def test_epochs_end_when_the_trial_ends(self):
        study = self.load()
        for run in runs(study, "last"):
            record = study.record(run.trial)
            began = datetime.datetime.fromisoformat(record.group.attrs["started"]).timestamp()
            self.assertAlmostEqual(run.curve[-1].time / 1000, began + record.group.attrs["wall_seconds"], places=2)
            taken = record.epochs[["seconds", "evaluation_seconds"]].fillna(0).sum().sum()
            self.assertAlmostEqual((run.ended - run.began) / 1000, taken, places=2)

    def test_a_trial_without_the_epoch_that_counts_has_its_curve_alone(self):
        write_results(self.folder / "results.h5", self.trials, with_best=False)
        done = self.run_command("mllog", self.folder, "--select", "best")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("run_stop", done.stdout)
        self.assertNotIn("final_test_bacc", done.stdout)

    def test_a_reader_may_stop_early(self):
        command = f"{shlex.quote(sys.executable)} -m m2m_results mllog {self.folder} | head -n 1"
        environment = os.environ | {"PYTHONPATH": str(ROOT / "python")}
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment)
        self.assertEqual((done.stdout.count("\n"), done.stderr), (1, ""))


class Exporting(Results):
    def read(self, name, form="csv"):
        """An exported table."""
        file = self.folder / "export" / f"{name}.{form}"
        return pd.read_csv(file) if form == "csv" else pd.read_parquet(file)

    def test_writes_every_table(self):
        done = self.run_command("export", self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        study = self.load()
        for name, table in (
            ("table", study.table(*report.METRICS)),
            ("metrics", study.metrics()),
            ("curves", study.curves()),
            ("trials", study.trials),
        ):
            written = self.read(name)
            self.assertEqual(list(written.columns), list(table.columns))
            self.assertEqual(len(written), len(table))
            self.assertIn(f"{name}: wrote {name}.csv", done.stdout)
            for column in table.columns[[kind.kind == "f" for kind in table.dtypes]]:
                np.testing.assert_array_equal(written[column], table[column], err_msg=column)

    def test_refuses_what_it_cannot_write(self):
        self.assertEqual(self.run_command("export", self.folder, "--format", "excel").returncode, 2)
        done = self.run_command("export", self.folder, "--out", self.folder / "results.h5" / "under")
        self.assertEqual(done.returncode, 74)

    @unittest.skipUnless(HAS_PARQUET, "no module writes Parquet here")
    def test_writes_parquet(self):
        done = self.run_command("export", self.folder, "--format", "csv,parquet")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in ("table", "metrics", "curves", "trials"):
            kept, text = self.read(name, "parquet"), self.read(name)
            self.assertEqual(list(kept.columns), list(text.columns))
            self.assertEqual(len(kept), len(text))


if __name__ == "__main__":
    unittest.main()
