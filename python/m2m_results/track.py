"""Runs in MLflow or Weights & Biases, one for each trial that is done: settings, curves and metrics.

    mlflow    into OUT/mlflow.db, or where --uri says; 'mlflow ui --backend-store-uri sqlite:///OUT/mlflow.db' shows it
    wandb     offline runs in OUT/wandb; 'wandb sync OUT/wandb/offline-run-*' uploads them

The experiment or project is the study. A trial that is there already is left as it is, so the command may be repeated.
"""

import argparse
import pathlib
import shutil

from m2m_results.command_line import (
    INPUT_OUTPUT,
    MISSING_PART,
    Failure,
    add_select,
    add_study,
    folder_beside,
    reading,
)
from m2m_results.runs import Run, runs
from m2m_results.study import load

TRACKERS = ("mlflow", "wandb")
WHOLE = "m2m-whole"  # in the folder of a run of W&B: it was written to its end
TEXT_LIMIT = 500  # characters of a setting in MLflow's tables of some versions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    add_study(parser)
    parser.add_argument("--to", choices=TRACKERS, required=True, help="the tracker")
    parser.add_argument("--uri", help="of MLflow: a database or server; by default mlflow.db beside results.h5")
    add_select(parser)


def name_of(run: Run) -> str:
    """'M2m seed=3 09be6a1c5f0d7e42'"""
    return f"{run.label} seed={run.seed} {run.trial}"


class MlflowTracker:
    """Writes runs into an MLflow database or server."""

    def __init__(self, study: str, folder: pathlib.Path, uri: str | None) -> None:
        # Here, because most users have one of the trackers at most.
        from mlflow.tracking import MlflowClient

        self.client = MlflowClient(tracking_uri=uri or f"sqlite:///{folder.resolve() / 'mlflow.db'}")
        found = self.client.get_experiment_by_name(study)
        self.experiment = found.experiment_id if found else self.client.create_experiment(study)

    def has(self, run: Run) -> bool:
        """True if the trial is there, whole; removes what a call has left that was stopped."""
        whole = False
        for found in self.client.search_runs([self.experiment], f"tags.`m2m.id` = '{run.trial}'"):
            if found.info.status == "FINISHED":
                whole = True
            else:
                self.client.delete_run(found.info.run_id)
        return whole

    def add(self, run: Run) -> None:
        """Writes a trial."""
        from mlflow.entities import Metric, Param

        tags = {"mlflow.runName": name_of(run), "m2m.id": run.trial}
        tags |= {f"environment.{name}": str(value) for name, value in run.environment.items()}
        made = self.client.create_run(
            self.experiment, start_time=run.began, tags=tags, run_name=name_of(run)
        ).info.run_id
        points = [
            Metric(name, value, point.time, point.epoch) for point in run.curve for name, value in point.values.items()
        ]
        last = run.curve[-1].epoch if run.curve else 0
        points += [Metric(f"final/{name}", value, run.ended, last) for name, value in run.metrics.items()]
        for begin in range(0, len(points), 1000):  # the most that a server takes at once
            self.client.log_batch(made, metrics=points[begin : begin + 1000])
        params = [Param(name, str(value)[:TEXT_LIMIT]) for name, value in run.settings.items()]
        for begin in range(0, len(params), 100):
            self.client.log_batch(made, params=params[begin : begin + 100])
        self.client.set_terminated(made, "FINISHED", run.ended)


class WandbTracker:
    """Writes offline runs of Weights & Biases."""

    def __init__(self, study: str, folder: pathlib.Path, uri: str | None) -> None:
        import wandb

        if uri:
            raise Failure(2, "--uri is of MLflow; W&B's runs are offline, and 'wandb sync' uploads them")
        self.wandb, self.study, self.folder = wandb, study, folder

    def has(self, run: Run) -> bool:
        """True if there is a whole offline run of the trial; removes what a call has left that was stopped."""
        whole = False
        for found in (self.folder / "wandb").glob(f"offline-run-*-{run.trial}"):
            if (found / WHOLE).exists():
                whole = True
            else:
                shutil.rmtree(found)
        return whole

    def add(self, run: Run) -> None:
        """Writes a trial."""
        settings = self.wandb.Settings(mode="offline", silent=True, console="off", x_disable_stats=True)
        config = run.settings | {"environment": run.environment}
        made = self.wandb.init(
            project=self.study, id=run.trial, name=name_of(run), dir=self.folder, config=config, settings=settings
        )
        for point in run.curve:
            made.log(point.values | {"_timestamp": point.time / 1000}, step=point.epoch)
        made.summary.update({f"final/{name}": value for name, value in run.metrics.items()})
        folder = pathlib.Path(made.dir).parent
        made.finish()
        (folder / WHOLE).touch()


def add_missing(tracker: MlflowTracker | WandbTracker, found: list[Run]) -> int:
    """Writes the runs that the tracker does not have and returns their number."""
    added = 0
    for each in found:
        if not tracker.has(each):
            tracker.add(each)
            added += 1
    return added


def run(arguments: argparse.Namespace) -> None:
    """Writes the runs that are missing. Throws Failure if the results cannot be read, or the tracker is missing or fails."""
    folder = folder_beside(arguments.path)
    make: type[MlflowTracker | WandbTracker] = MlflowTracker if arguments.to == "mlflow" else WandbTracker
    with load(arguments.path) as study, reading(study.path):
        name, found = study.name, list(runs(study, arguments.select))
    try:
        added = add_missing(make(name, folder, arguments.uri), found)
    except ModuleNotFoundError as error:
        install = f"'pip install {arguments.to}' installs it"
        raise Failure(MISSING_PART, f"no Python module {error.name}; {install}") from error
    except Failure:
        raise
    except Exception as error:  # trackers throw what their servers and databases do
        raise Failure(INPUT_OUTPUT, f"{arguments.to}: {' '.join(str(error).split())[:300]}") from error
    print(f"{arguments.to}: {added} runs written, {len(found) - added} were there, study '{name}'")
