#pragma once
// A trial of the made-up data set, from its settings.
#include "support/tiny_data.hpp"
#include "train/trial.hpp"

namespace m2m::testing {

/// What a trial of tiny_data({60, 20, 6, 2}) is made from; g, where the method needs one, is an untrained network.
train::TrialSetup tiny_setup(const Config& config);

/// Steps over which float32 may be compared: few. Over many, one ReLU decides otherwise sooner or later, at which
/// step depends on the processor, and training amplifies what follows.
inline constexpr int few_steps = 4;

/// The share of what few_steps steps change by which two trials may differ. Seen: 0.0002 by rounding, 0.003 where a
/// ReLU decides otherwise (0.013 within a translation), 0.2 and more where each batch of 29 lacks a slot.
inline constexpr double few_steps_tolerance = 0.05;

/// `given` with settings that rounding moves little: a low rate, translations from the start on, short ones, all of
/// which pass.
Json few_steps_settings(Json given);

/// What the first few_steps steps of a trial change: of its weights, and of batch norm's running statistics.
struct FewSteps {
  torch::Tensor weights, statistics;  // each all in a row, float64; statistics: empty without batch norm
};

/// Collective over the setup's ranks.
FewSteps run_few_steps(train::TrialSetup setup);

/// The distance of `a` from `b` over the length of `b`: of the weights or the statistics, whichever is more.
double relative_difference(const FewSteps& a, const FewSteps& b);

}  // namespace m2m::testing
