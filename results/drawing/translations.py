"""What the records keep of single translations (group `translations`), for the figures that show them."""

import numpy as np

GROUP = "translations"
NONE = "no trial kept single translations (setting record.samples)"


def recorded(method):
    """The trials of a method that kept translations, in order."""
    return [trial for trial in method.trials if GROUP in trial.record and len(trial.record[GROUP]["target"])]


def threshold(trial):
    """The probability that g must give the target class for the gamma test to pass."""
    config = trial.config()
    gamma = config["m2m.gamma"]
    return gamma if config.get("m2m.gamma_test", "probability") == "probability" else np.exp(-gamma)


def successes(trial):
    """bool [n, T+1]: where g is as sure as the gamma test asks; at the end, the test itself.

    The probabilities are stored with three digits, so only the test says it exactly.
    """
    group = trial.record[GROUP]
    passed = group["g_target"][:].astype(np.float64) >= threshold(trial)
    passed[:, -1] = group["kept"][:] == 1
    return passed
