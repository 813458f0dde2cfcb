"""Writes a results.h5 of synthetic trials, as a sweep would leave it, for tests of its readers."""

import hashlib
import json
import math
import pathlib
import sys

import h5py
import numpy as np
from synthetic_images import write_features, write_translations

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "report"))
from recompute_metrics import calibration_error

SETTINGS = {
    "data.imbalance": "longtail",
    "data.largest": 0,
    "data.ratio": 100.0,
    "data.rounding": "field",
    "data.set": "digits",
    "data.subset": "head",
    "data.validation": "test-head",
    "m2m.beta": 0.999,
    "m2m.gamma": 0.9,
    "m2m.g_stop": math.nan,
    "m2m.lambda": 0.5,
    "m2m.pool": 0,
    "m2m.random_start": True,
    "method": "ERM",
    "protocol": "code",
    "recipe.rebalance": "never",
    "seed": 1,
    "seeds.init": 1,
    "train.batch_size": 32,
    "train.defer_until": 4,
    "train.epochs": 6,
    "train.network": "resnet8",
    "train.precision": "float32",
    "train.start_epoch": 0,
    "train.start_from": "",
}
CURVES = [
    "learning_rate",
    "loss",
    "accuracy",
    "validation_bacc",
    "validation_gm",
    "test_bacc",
    "test_gm",
    "seconds",
    "step_seconds",
    "evaluation_seconds",
    "generated_loss",
    "other_loss",
    "generated_accuracy",
    "generated_p_target",
    "generated_p_seed",
]
PROGRAM = "0.1.0"  # the version that merges, and that trains a trial unless it has a "program"
OUTCOMES = ("chosen", "without_seed", "failed_coin", "failed_gamma", "accepted")


def planned(label, seed, status="done", reason="", **settings):
    """A trial: its label, its status and its settings (dots as two underscores)."""
    config = SETTINGS | {"seed": seed, "seeds.init": seed, "method": label.split(",")[0]}
    config |= {name.replace("__", "."): value for name, value in settings.items()}
    if config["method"] in ("DRS", "M2m"):
        config["recipe.rebalance"] = "deferred"
    trial = hashlib.sha256(json.dumps([label, config], sort_keys=True).encode()).hexdigest()[:16]
    return {"id": trial, "label": label, "status": status, "reason": reason, "config": config}


def to_json(value):
    """JSON as a text of fixed length, which m2m-report reads; NaN, the mark of a setting without a value, as null."""
    if isinstance(value, dict):
        value = {name: None if member != member else member for name, member in value.items()}
    return np.bytes_(json.dumps(value, sort_keys=True))


def make_counts(classes):
    """A long tail, shuffled so that rank and label differ."""
    counts = np.floor(500 * 100 ** (-np.arange(classes) / max(classes - 1, 1))).astype(int)
    return np.random.default_rng(classes).permutation(counts)


def make_logits(random, labels, classes, never):
    """Logits that are right most of the time; class `never` is never predicted."""
    logits = random.normal(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += 3
    if never is not None:
        logits[:, never] = -20
    return logits.astype(np.float16)


def write_selection(group, logits, labels, classes):
    """Writes `last/test` and similar groups."""
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
    group["confusion"], group["logits"] = confusion, logits
    group.attrs.update(ece=calibration_error(logits, labels) / 100, nll=math.nan)


def make_curves(random, epochs, translates):
    """The table of epochs."""
    table = np.zeros(epochs, dtype=[("epoch", "i8"), ("translated", "i8")] + [(name, "f8") for name in CURVES])
    table["epoch"] = np.arange(epochs)
    table["translated"] = translates & (np.arange(epochs) >= 4)
    table["loss"] = 2 * np.exp(-np.arange(epochs)) + random.uniform(0.01, 0.02, epochs)
    for name in ("validation_bacc", "test_bacc", "accuracy"):
        table[name] = np.linspace(0.3, 0.8, epochs) + random.uniform(-0.05, 0.05, epochs)
    table["seconds"], table["step_seconds"] = random.uniform(1, 1.2, epochs), random.uniform(0.01, 0.012, epochs)
    return table


def write_images(group, config, features, translations, shape):
    """Writes `features` and `translations`, if there are any."""
    counts = make_counts(len(np.unique(group["labels/test"])))
    if features:
        write_features(group.create_group("features"), config, counts, features)
    if translations and config["method"] == "M2m":
        write_translations(group.create_group("translations"), config, counts, translations, shape)


def write_generation(group, random, epochs, classes, schema):
    """Slots by outcome and classes: a table of the pairs that occur, or in schema 1 an array of all."""
    slots = random.integers(0, 9, (epochs, 5, classes, classes)) * random.integers(0, 2, (epochs, 1, classes, classes))
    slots[:, 0] = slots[:, 2:].sum(axis=1)
    if schema == 1:
        group["generation"] = slots
        return
    pairs = np.argwhere(slots.any(axis=1))
    table = np.zeros(len(pairs), dtype=[(name, "i8") for name in ("epoch", "seed_class", "target") + OUTCOMES])
    table["epoch"], table["seed_class"], table["target"] = pairs.T
    for outcome, name in enumerate(OUTCOMES):
        table[name] = slots[:, outcome][tuple(pairs.T)]
    group["generation"] = table
    group["generation"].attrs["classes"] = classes


def write_record(
    group,
    trial,
    classes,
    never,
    samples=4,
    with_best=True,
    features=0,
    translations=0,
    shape=(3, 8, 8),
    untested=(),
    schema=2,
    class_names=None,
):
    """`trial/<id>`; `features` images a class, and `translations` of images of this shape; no test of `untested`."""
    config = trial["config"]
    random = np.random.default_rng(int(trial["id"], 16) % 2**32)
    labels = np.repeat(np.setdiff1d(np.arange(classes, dtype=np.int32), untested).astype(np.int32), samples)
    group.attrs.update(id=trial["id"], label=trial["label"], wall_seconds=9.5, started="2026-01-31T12:00:00.250Z")
    environment = {
        "host": "node<1>",
        "program": trial.get("program", PROGRAM),
        "processor": "A & B",
        "threads": 1,
        "ranks_of_trial": 1,
        "revision": "0123456789ab",
        "gpu": "none",
        "device": "cpu",
        "started": "2026-01-31T12:00:00Z",
    }
    acting = {name: value for name, value in config.items() if name not in ("seed",)}
    texts = {
        "config": config,
        "environment": environment,
        "identity": {"kind": "trial", "numerics": 2, "settings": {k: v for k, v in acting.items() if v == v}},
        "data": {"classes": classes, "counts": make_counts(classes).tolist()}
        | ({"class_names": class_names} if class_names else {}),
        "about": {"id": trial["id"], "label": trial["label"], "wall_seconds": 9.5},
    }
    for name, value in texts.items():
        group[f"json/{name}"] = to_json(value)
    group["labels/test"] = labels
    group["epochs"] = make_curves(random, config["train.epochs"], config["method"] == "M2m")
    if config["method"] == "M2m":
        write_generation(group, random, config["train.epochs"], classes, schema)
    write_images(group, config, features, translations, shape)
    for select in ("last", "best") if with_best else ("last",):
        group.create_group(select).attrs["epoch"] = config["train.epochs"] - 1
        logits = make_logits(random, labels, classes, never)
        write_selection(group.create_group(f"{select}/test"), logits, labels, classes)


def make_table(trials):
    """The dataset `trials`."""
    texts = h5py.string_dtype()
    kinds = [(name, texts) for name in ("id", "label", "status", "reason")]
    kinds += [("last_epoch", "f8"), ("numerics_version", "i8"), ("precision", texts), ("wall_seconds", "f8")]
    kinds += [
        (name.replace(".", "_"), texts if isinstance(value, str) else type(value)) for name, value in SETTINGS.items()
    ]
    rows = [
        (
            t["id"],
            t["label"],
            t["status"],
            t["reason"],
            np.nan,
            2,
            "float32",
            np.nan,
            *(t["config"][name] for name in SETTINGS),
        )
        for t in trials
    ]
    return np.array(rows, dtype=kinds)


def write_results(path, trials, classes=10, never=None, name="made up", **options):
    """Writes the whole file."""
    with h5py.File(path, "w") as file:
        file.attrs.update(schema_version=options.get("schema", 2), program_version=PROGRAM, study=name)
        file["kind"] = np.bytes_("results")
        file.create_group("trial")
        file["trials"] = make_table(trials)
        settings = {t["id"]: {k: v for k, v in t["config"].items() if v == v} for t in trials}
        plans = [{"id": t["id"], "label": t["label"], "config": settings[t["id"]]} for t in trials]
        plan = {"name": name, "file": f"jobs/{name}.toml", "schema": options.get("schema", 2), "trials": plans}
        file["study"] = to_json(plan)
        file["outcomes"] = to_json({t["id"]: {"status": t["status"], "reason": t["reason"]} for t in trials})
        for trial in trials:
            if trial["status"] == "done" and f"trial/{trial['id']}" not in file:
                write_record(file.create_group(f"trial/{trial['id']}"), trial, classes, never, **options)


def troubled_trials():
    """Three methods with a trial of every status, and a pool and a lambda that vary."""
    trials = [planned(label, seed) for label in ("ERM", "DRS", "M2m") for seed in (1, 2, 3)]
    trials[1] |= {"status": "failed", "reason": "the loss <b>file</b> & more could not be read"}
    trials[4] |= {"status": "diverged", "reason": "the loss is not finite in epoch 3"}
    trials[5] |= {"status": "missing"}
    trials += [planned(f"M2m, pool={pool}", seed, m2m__pool=pool) for pool in (1, 10) for seed in (1, 2)]
    trials += [planned("M2m, lambda=0", seed, m2m__lambda=0.0) for seed in (1, 2)]
    return trials + [planned("LDAM", 1, "failed", "no memory is left")]
