"""The numbers of an epoch, by their names in TensorBoard."""

GROUPS = {
    "learning_rate": "training/learning_rate", "loss": "training/loss", "accuracy": "training/accuracy",
    "other_loss": "training/other_loss", "validation_bacc": "validation/bacc", "validation_gm": "validation/gm",
    "test_bacc": "test/bacc", "test_gm": "test/gm", "seconds": "time/seconds", "step_seconds": "time/step_seconds",
    "evaluation_seconds": "time/evaluation_seconds", "generated_loss": "generation/loss",
    "generated_accuracy": "generation/accuracy", "generated_p_target": "generation/p_target",
    "generated_p_seed": "generation/p_seed",
}
OUTCOMES = ("chosen", "without_seed", "failed_coin", "failed_gamma", "accepted")


def totals(generation):
    """Slots by outcome, summed over all classes, and the shares that were accepted."""
    slots = {name: sum(count for _, _, count in generation[name]) for name in OUTCOMES}
    judged = slots["accepted"] + slots["failed_gamma"]
    named = {f"generation/{name}": count for name, count in slots.items()}
    if slots["chosen"]:
        named["generation/accepted_of_chosen"] = slots["accepted"] / slots["chosen"]
    if judged:
        named["generation/accepted_of_translated"] = slots["accepted"] / judged
    return named


def scalars(epoch):
    """{name: number} of all measured columns; a column that GROUPS does not list keeps its name."""
    named = {GROUPS.get(name, name): value for name, value in epoch.items()
             if name != "epoch" and isinstance(value, (int, float))}
    return named | (totals(epoch["generation"]) if "generation" in epoch else {})
