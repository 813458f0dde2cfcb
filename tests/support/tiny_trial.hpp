#pragma once
// Trials of the synthetic data set.
#include <functional>

#include "support/tiny_data.hpp"
#include "train/trial.hpp"

namespace m2m::testing {

/// The choices and the parts of a trial before its first step.
struct TrialSetup {
  train::TrialPlan plan;
  train::TrialParts parts;
};

/// Makes the setup of a trial; g is an untrained network if the method needs one. change: of the settings, if
/// given.
TrialSetup tiny_setup(const Config& config, std::shared_ptr<const train::LoadedData> data,
                      const std::function<void(train::TrialSettings&)>& change = {});
/// Makes the setup of a trial of tiny_data({60, 20, 6, 2}).
TrialSetup tiny_setup(const Config& config);

/// Makes the trial of tiny_setup().
train::Trial tiny_trial(const Config& config);

/// Makes the trial of a setup.
train::Trial make_trial(TrialSetup setup);

/// Number of steps over which float32 trials can be compared. Over many steps a ReLU switches at some step, which
/// depends on the processor, and training amplifies the difference.
inline constexpr int few_steps = 4;

/// Relative difference that two trials may have after few_steps steps. Measured: 0.0002 by rounding, 0.003 if a
/// ReLU switches (0.013 within a translation), at least 0.2 if each batch of 29 lacks a slot.
inline constexpr double few_steps_tolerance = 0.05;

/// Adds settings that limit the effect of rounding: a low learning rate, and short translations from the first
/// epoch on, all of which pass the gamma test.
Json few_steps_settings(Json given);

/// The changes of weights and of batch norm's running statistics in a few steps of a trial.
struct FewSteps {
  torch::Tensor weights, statistics;  // [n] each, float64; statistics: empty without batch norm
};

/// Runs at most that many further steps of a trial and returns the changes. Collective over the trial's ranks.
FewSteps changes_in(train::Trial& trial, std::int64_t steps);

/// Runs the first few_steps steps of a trial. Collective over the setup's ranks.
FewSteps run_few_steps(TrialSetup setup);

/// Returns |a - b| / |b|, the larger one of weights and statistics.
double relative_difference(const FewSteps& a, const FewSteps& b);

}  // namespace m2m::testing
