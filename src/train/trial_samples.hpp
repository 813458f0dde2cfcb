#pragma once
// Features and translations that a trial records for people to look at, from the network at its end.
#include <optional>

#include "results/record.hpp"
#include "train/trial.hpp"

namespace m2m::train {

/// Samples the penultimate features of the first `per_class` training images of each class, or all of a smaller
/// class. data: without the samples of SMOTE, so that every method shows the same images. Local, deterministic.
results::FeatureSample feature_sample(Trial& trial, const LoadedData& data, int per_class);

/// Samples the first `max_count` translations that the last trained epoch planned, translated again with f as it is
/// now. Returns nothing if that epoch translated nothing. Call it between epochs. Local, deterministic.
std::optional<results::TranslationSample> translation_sample(Trial& trial, int max_count);

}  // namespace m2m::train
