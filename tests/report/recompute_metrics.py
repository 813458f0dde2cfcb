"""Metrics of a trial, for recompute.py: from its confusion matrix, logits and labels, and on resamples of its test set."""

import json

import numpy as np

METRICS = [
    "bacc",
    "gm",
    "gm_nonzero",
    "accuracy",
    "majority",
    "minority",
    "first_third",
    "middle_third",
    "last_third",
    "many",
    "medium",
    "few",
    "ece",
    "macro_f1",
    "macro_precision",
    "mcc",
    "worst_class",
    "hm",
    *(f"forward_{ratio}" for ratio in (50, 25, 10, 5, 2)),
    "uniform",
    *(f"backward_{ratio}" for ratio in (2, 5, 10, 25, 50)),
    "auroc",
    "auprc",
]
BOOTSTRAP = 255  # the purpose of draws, which begins a counter of Philox


def recalls(confusion):
    """Recall per class of an integer confusion matrix [true, predicted]; NaN for a class without samples."""
    samples = confusion.sum(axis=1)
    return np.where(samples > 0, np.diag(confusion) / np.maximum(samples, 1), np.nan)


def defined(values):
    """The values that are not NaN."""
    return values[~np.isnan(values)]


def balanced_accuracy(confusion):
    """Mean recall of the classes with samples, in percent."""
    values = defined(recalls(confusion))
    return 100 * values.mean() if len(values) else 0.0


def geometric_mean(confusion, kind):
    """Geometric mean of the recalls of the classes with samples, in percent; 'nonzero' leaves out zero recall."""
    values = defined(recalls(confusion))
    if kind == "nonzero":
        values = values[values > 0]
    if len(values) == 0 or (values == 0).any():
        return 0.0
    return 100 * np.exp(np.log(values).mean())


def class_group(name, counts):
    """Labels of a group of classes, by training counts: halves by cover, thirds by rank, or shots."""
    by_rank = np.argsort(-counts, kind="stable")
    third = len(counts) // 3
    covered = np.cumsum(counts[by_rank]) - counts[by_rank]  # by the classes before
    is_major = 2 * covered <= counts.sum()
    return {
        "majority": by_rank[is_major],
        "minority": by_rank[~is_major],
        "first_third": by_rank[:third],
        "middle_third": by_rank[third : len(counts) - third],
        "last_third": by_rank[len(counts) - third :],
        "many": np.flatnonzero(counts > 100),
        "medium": np.flatnonzero((counts >= 20) & (counts <= 100)),
        "few": np.flatnonzero(counts < 20),
    }[name]


def calibration_error(logits, labels, bins=15):
    """Expected calibration error in percent: bins of equal width, open below and closed above."""
    logits = logits.astype(np.float64)
    if len(logits) == 0 or not np.isfinite(logits).all():
        return np.nan
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidence = 1 / weights.sum(axis=1)
    right = logits.argmax(axis=1) == labels
    bin_index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return 100 * sum(abs((right[bin_index == b] - confidence[bin_index == b]).sum()) for b in range(bins)) / len(labels)


def precision_and_f1(confusion):
    """Precision and F1 of the classes with samples; precision is 0 if a class is never predicted."""
    tested = confusion.sum(axis=1) > 0
    right, predicted = np.diag(confusion)[tested], confusion.sum(axis=0)[tested]
    precision = right / np.maximum(predicted, 1)
    recall = recalls(confusion)[tested]
    return precision, np.divide(2 * precision * recall, precision + recall, where=right > 0, out=np.zeros(len(right)))


def macro_precision(confusion):
    """Mean precision of the classes with samples."""
    return precision_and_f1(confusion)[0].mean()


def macro_f1(confusion):
    """Mean F1 of the classes with samples."""
    return precision_and_f1(confusion)[1].mean()


def accuracy(confusion):
    """Share of samples that are right."""
    return np.trace(confusion) / confusion.sum()


def worst_class(confusion):
    """Smallest recall."""
    return defined(recalls(confusion)).min()


def harmonic_mean(confusion):
    """Harmonic mean of the recalls; 0 if one is 0."""
    recall = defined(recalls(confusion))
    return 0.0 if (recall == 0).any() else len(recall) / (1 / recall).sum()


def correlation(confusion):
    """Matthews' coefficient as a correlation of indicators: cov(true, predicted) / sqrt(cov(t, t) cov(p, p))."""
    samples = confusion.sum()
    truth, predicted = confusion.sum(axis=1) / samples, confusion.sum(axis=0) / samples
    spread = np.sqrt((1 - (truth**2).sum()) * (1 - (predicted**2).sum()))
    return 0.0 if spread == 0 else (np.trace(confusion) / samples - (truth * predicted).sum()) / spread


def accuracy_under(name, confusion, counts):
    """Accuracy under a long-tailed prior: 'forward_50' in the order of the training counts, 'backward_50' reversed."""
    order, ratio = name.split("_")
    by_rank = np.argsort(-counts, kind="stable")
    if order == "backward":
        by_rank = by_rank[::-1]
    prior = np.empty(len(counts))
    prior[by_rank] = np.geomspace(1, 1 / float(ratio), len(counts))
    recall = recalls(confusion)
    tested = ~np.isnan(recall)
    return (prior * recall)[tested].sum() / prior[tested].sum()


def ranking(logits, labels, average):
    """Mean over classes of AUROC or average precision, by softmax probabilities, from all pairs or thresholds."""
    logits = logits.astype(np.float64)
    if len(logits) == 0:
        return np.nan
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = (weights / weights.sum(axis=1, keepdims=True)).round(12)  # so that equal ones tie
    values = []
    for k in np.unique(labels):
        score, positive = probabilities[:, k], labels == k
        if average == "auprc":
            found = [(score >= threshold) for threshold in np.unique(score[positive])[::-1]]
            tp = np.array([0] + [(each & positive).sum() for each in found])
            values.append((np.diff(tp) * tp[1:] / [each.sum() for each in found]).sum() / positive.sum())
        elif not positive.all():
            values.append((np.sign(score[positive][:, None] - score[~positive]).mean() + 1) / 2)
    return np.mean(values) if values else np.nan


OF_CONFUSION = {
    "accuracy": accuracy,
    "macro_precision": macro_precision,
    "macro_f1": macro_f1,
    "mcc": correlation,
    "worst_class": worst_class,
    "hm": harmonic_mean,
}


class Tested:
    """What is known of a trial's test set at an epoch."""

    def __init__(self, trial, select):
        self.recorded = trial[f"{select}/test/confusion"][:]
        self.logits, self.labels = trial[f"{select}/test/logits"][:], trial["labels/test"][:]
        self.counts = np.array(json.loads(trial["json/data"][()])["counts"])

    def metric(self, name, gm_kind, chosen=None):
        """A metric in percent, of the test samples `chosen`; NaN if the trial lacks the data or the group is empty."""
        confusion, logits, labels = self.recorded, self.logits, self.labels
        if chosen is not None:
            logits, labels = logits[chosen], labels[chosen]
            confusion = np.zeros_like(confusion)
            np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
        if name in ("bacc", "uniform"):
            return balanced_accuracy(confusion)
        if name in ("gm", "gm_nonzero"):
            return geometric_mean(confusion, "nonzero" if name == "gm_nonzero" else gm_kind)
        if name == "ece":
            return calibration_error(logits, labels) if chosen is None else np.nan
        return 100 * self.other_metric(name, confusion, logits, labels)

    def other_metric(self, name, confusion, logits, labels):
        """A metric as a fraction."""
        if name.startswith(("forward_", "backward_")):
            return accuracy_under(name, confusion, self.counts)
        if name in ("auroc", "auprc"):
            return ranking(logits, labels, name) if np.isfinite(self.logits).all() else np.nan
        if name in OF_CONFUSION:
            return OF_CONFUSION[name](confusion)
        values = defined(recalls(confusion)[class_group(name, self.counts)])
        return values.mean() if len(values) else np.nan


def philox(counters, key):
    """Four 32-bit words of Philox4x32-10 for each counter, [n, 4]: Salmon et al., SC 2011."""
    c, low = counters.astype(np.uint64).T, np.uint64(0xFFFFFFFF)
    k = np.array(key, np.uint64)
    for _ in range(10):
        first, second = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        half = np.uint64(32)
        c = np.stack([(second >> half) ^ c[1] ^ k[0], second & low, (first >> half) ^ c[3] ^ k[1], first & low])
        k = (k + np.array([0x9E3779B9, 0xBB67AE85], np.uint64)) & low
    return c.T


def resample(labels, number):
    """Positions of a resample of the test set: as many of each class, with replacement."""
    chosen = []
    for k in np.unique(labels):
        positions = np.flatnonzero(labels == k)
        counters = np.zeros(((len(positions) + 1) // 2, 4), np.uint64)
        counters[:, 0] = (BOOTSTRAP << 24) + np.arange(len(counters))
        counters[:, 1:3] = number, k
        words = philox(counters, (0, 1)).reshape(-1, 2)[: len(positions)]
        uniform = (words[:, 0] << np.uint64(32) | words[:, 1]) >> np.uint64(11)
        chosen.append(positions[(uniform * 2.0**-53 * len(positions)).astype(int)])
    return np.concatenate(chosen)


def intervals(trials, metrics, gm_kind, resamples):
    """{metric: (low, high)}: the middle 95 % of the means over trials on resamples of their common test set."""
    samples = trials[0].labels if trials else []
    matches = [np.array_equal(np.bincount(t.labels, minlength=len(t.counts)), t.recorded.sum(axis=1)) for t in trials]
    if not trials or not all(matches) or any(not np.array_equal(t.labels, samples) for t in trials):
        return dict.fromkeys(metrics, (np.nan, np.nan))
    means = {name: [] for name in metrics}
    for number in range(resamples):
        chosen = resample(samples, number)
        for name in metrics:
            values = defined(np.array([trial.metric(name, gm_kind, chosen) for trial in trials]))
            means[name].append(values.mean() if len(values) else np.nan)
    return {name: tuple(np.quantile(values, [0.025, 0.975])) for name, values in means.items()}
