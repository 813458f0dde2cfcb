#pragma once
// The metrics that results name, from a confusion matrix, logits and the training counts.
#include "core/calibration.hpp"
#include "core/config.hpp"
#include "core/metrics.hpp"

namespace m2m::results {

/// counts of a record's `data`, [classes]; empty where it has none, or others than `classes`.
ClassCounts recorded_counts(const Json& data, int classes);

/// {"bacc", "gm", "gm_nonzero", "accuracy"}, each in [0, 1]; "ece" and "nll" (NaN: not measured); and, where counts
/// are given, "bacc_majority", "bacc_minority", "first_third", "middle_third", "last_third", "many", "medium" and
/// "few": the mean recall over those classes, NaN if none of them has samples (see class_groups).
Json metrics_of(const Confusion& confusion, const Calibration& calibration, const ClassCounts& counts);

}  // namespace m2m::results
