#!/usr/bin/env python3
"""m2m-results track: what MLflow's own client finds, and what W&B's offline runs hold, is what results.h5 has."""

import importlib.util
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

from synthetic_results import troubled_trials, write_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
import m2m_results  # noqa: E402, found by the line above


def has(name):
    return importlib.util.find_spec(name) is not None


def log_records(content):
    """The records of a .wandb file: LevelDB's log format after a header of 7 bytes, in blocks of 32 KiB."""
    block, header = 32768, struct.Struct("<IHB")  # checksum, length, kind: whole 1, first 2, middle 3, last 4
    place, parts = 7, []
    while place + header.size <= len(content):
        if block - place % block < header.size:
            place += block - place % block
            continue
        _, length, kind = header.unpack_from(content, place)
        place += header.size
        parts.append(content[place : place + length])
        place += length
        if kind in (1, 4):
            yield b"".join(parts)
            parts = []


class Tracking(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        write_results(self.folder / "results.h5", troubled_trials())
        self.study = m2m_results.load(self.folder)
        self.addCleanup(self.study.close)
        self.done = [trial for trial, _ in self.study.records()]

    def track(self, *words):
        """The finished process of the command."""
        return subprocess.run(
            [sys.executable, "-m", "m2m_results", "track", self.folder, *words],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "python")},
            check=False,
        )

    def final_metrics(self, trial):
        """{name: value} of a trial in %, as m2m-report gives them."""
        rows = self.study.metrics()
        rows = rows[(rows.id == trial) & rows.value.notna()]
        return {f"final/{name}": value for name, value in zip(rows.metric, rows.value)}

    @unittest.skipUnless(has("mlflow"), "no mlflow here")
    def test_mlflow_reads_every_trial_with_its_settings_curves_and_metrics(self):
        done = self.track("--to", "mlflow")
        self.assertEqual(done.returncode, 0, done.stderr)
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{self.folder}/mlflow.db")
        experiment = client.get_experiment_by_name(self.study.name).experiment_id
        runs = {run.data.tags["m2m.id"]: run for run in client.search_runs([experiment])}
        self.assertEqual(set(runs), set(self.done))
        for trial, record in self.study.records():
            run = runs[trial]
            self.assertEqual(run.info.status, "FINISHED")
            self.assertEqual(run.data.params, {name: str(value) for name, value in record.config.items()})
            for name, value in self.final_metrics(trial).items():
                self.assertEqual(run.data.metrics[name], value, name)
            history = client.get_metric_history(run.info.run_id, "loss")
            self.assertEqual([point.value for point in history], list(record.epochs.loss))
            self.assertEqual([point.step for point in history], list(record.epochs.epoch))

    @unittest.skipUnless(has("mlflow"), "no mlflow here")
    def test_a_second_call_adds_nothing(self):
        self.assertIn(f"{len(self.done)} runs written", self.track("--to", "mlflow").stdout)
        self.assertIn(f"0 runs written, {len(self.done)} were there", self.track("--to", "mlflow").stdout)

    @unittest.skipUnless(has("wandb"), "no wandb here")
    def test_wandb_has_an_offline_run_of_every_trial(self):
        done = self.track("--to", "wandb")
        self.assertEqual(done.returncode, 0, done.stderr)
        for trial, record in self.study.records():
            (file,) = self.folder.glob(f"wandb/offline-run-*-{trial}/run-{trial}.wandb")
            history = self.history(file)
            self.assertEqual([float(row["loss"]) for row in history], list(record.epochs.loss))
        self.assertIn(f"0 runs written, {len(self.done)} were there", self.track("--to", "wandb").stdout)

    def history(self, file):
        """The rows that were logged, decoded by W&B's own protocol."""
        from wandb.proto import wandb_internal_pb2

        rows = []
        for data in log_records(file.read_bytes()):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(data)
            if record.WhichOneof("record_type") == "history":
                items = record.history.item
                rows.append({item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items})
        return [row for row in rows if "loss" in row]

    @unittest.skipIf(has("mlflow"), "mlflow is here")
    def test_says_how_to_install_a_tracker(self):
        done = self.track("--to", "mlflow")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^[^\n]*pip install mlflow[^\n]*\n$")

    def test_refuses_another_tracker(self):
        self.assertEqual(self.track("--to", "paper").returncode, 2)


if __name__ == "__main__":
    unittest.main()
