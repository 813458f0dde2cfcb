#pragma once
// The compound table `trials` of results.h5: one row per planned trial.
#include "results/hdf5.hpp"
#include "results/study_results.hpp"

namespace m2m::results {

/// Writes `trials`: id, label, status, reason, every setting that any trial has ('.' in names becomes '_'),
/// provenance, and the metrics of last and best epoch in [0, 1]. Numbers that a trial lacks are NaN, texts empty.
void write_trials_table(hid_t root, const StudyResults& results);

}  // namespace m2m::results
