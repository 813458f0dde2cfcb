"""Reads the single translations of a record (group `translations`) for the figures that show them."""

import numpy as np

GROUP = "translations"
NONE = "no trial kept single translations (setting record.samples)"


def recorded(method):
    """The trials of a method that kept translations, in order."""
    return [trial for trial in method.trials if GROUP in trial.record and len(trial.record[GROUP]["target"])]


def threshold(trial):
    """The probability of the target class that g must reach to pass the gamma test."""
    config = trial.config()
    gamma = config["m2m.gamma"]
    return gamma if config.get("m2m.gamma_test", "probability") == "probability" else np.exp(-gamma)


def successes(trial):
    """bool [n, T+1]: true if g reaches the threshold of the gamma test; the last column is the test itself.

    Probabilities are stored with three digits, so only the stored outcome of the test is exact.
    """
    group = trial.record[GROUP]
    passed = group["g_target"][:].astype(np.float64) >= threshold(trial)
    passed[:, -1] = group["kept"][:] == 1
    return passed
