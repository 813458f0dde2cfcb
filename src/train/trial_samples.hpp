#pragma once
// What a trial records for people to look at, from the network as it is when the trial is done.
#include <optional>

#include "results/record.hpp"
#include "train/trial.hpp"

namespace m2m::train {

/// Penultimate features of the first `per_class` training images of each class (all of a smaller one), by class.
/// data: as it was before any filling up, so that every method shows the same images. Local, deterministic.
results::FeatureSample feature_sample(Trial& trial, const LoadedData& data, int per_class);

/// The first `most` translations of the last epoch's plan; nothing where there is none. Local, deterministic.
std::optional<results::TranslationSample> translation_sample(Trial& trial, int max_count);

}  // namespace m2m::train
