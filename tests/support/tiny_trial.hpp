#pragma once
// A trial of the made-up data set, from its settings.
#include "support/tiny_data.hpp"
#include "train/trial.hpp"

namespace m2m::test {

/// What a trial of tiny_data({60, 20, 6, 2}) is made from; g, where the method needs one, is an untrained network.
TrialSetup tiny_setup(const Config& config);

/// Steps over which float32 may be compared: few. Over many, one ReLU decides otherwise sooner or later, at which
/// step depends on the processor, and training amplifies what follows.
inline constexpr int few_steps = 4;

/// Rounding and a ReLU that decides otherwise move few_steps steps by less than this share of what they change; one
/// slot of 29 that is left out moves them by 0.4 of it.
inline constexpr double few_steps_tolerance = 0.05;

/// What the first few_steps steps of a trial change: of its weights, and of batch norm's running statistics.
struct FewSteps {
  torch::Tensor weights, statistics;  // each all in a row, float64; statistics: empty without batch norm
};

/// Collective over the setup's ranks.
FewSteps run_few_steps(TrialSetup setup);

/// The distance of `a` from `b` over the length of `b`: of the weights or the statistics, whichever is more.
double relative_difference(const FewSteps& a, const FewSteps& b);

}  // namespace m2m::test
