#include "support/tiny_trial.hpp"

#include <algorithm>
#include <utility>

#include "settings/choices.hpp"
#include "support/test_device.hpp"

namespace m2m::testing {
namespace {

/// Joins all weights, or all running statistics of batch norm, to one row.
torch::Tensor join_row(const checkpoints::NetworkState& state, bool statistics) {
  std::vector<torch::Tensor> rows = {
      torch::empty({0}, torch::TensorOptions(torch::kFloat64).device(test_device()))};
  for (const auto& [name, tensor] : state) {
    if (name.ends_with("num_batches_tracked")) continue;
    if ((name.find(".running_") != std::string::npos) == statistics) {
      rows.push_back(tensor.flatten().to(torch::kFloat64));
    }
  }
  return torch::cat(rows);
}

double distance_over_length(const torch::Tensor& a, const torch::Tensor& b) {
  return b.numel() == 0 ? 0 : ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace

TrialSetup tiny_setup(const Config& config, std::shared_ptr<const train::LoadedData> data,
                      const std::function<void(train::TrialSettings&)>& change) {
  use_own_stream();
  TrialSetup setup{train::make_trial_plan(config), {}};
  if (change) change(setup.plan.settings);
  setup.parts = train::make_trial_parts(config, setup.plan, std::move(data));
  if (setup.plan.recipe.translates()) {
    train::TrialSettings settings = setup.plan.settings;
    settings.head = settings::HeadKind::linear;
    setup.parts.g = train::build_network(settings, *setup.parts.data);
    nn::initialise(*setup.parts.g, train::g_keys(config).init);
  }
  return setup;
}

TrialSetup tiny_setup(const Config& config) { return tiny_setup(config, tiny_data({60, 20, 6, 2})); }

train::Trial tiny_trial(const Config& config) { return make_trial(tiny_setup(config)); }

train::Trial make_trial(TrialSetup setup) { return {std::move(setup.plan), std::move(setup.parts)}; }

Json few_steps_settings(Json given) {
  given.update({{"train.lr", 0.001}, {"train.defer_until", 0}, {"m2m.steps", 2}, {"m2m.gamma", 0.0}});
  return given;
}

FewSteps changes_in(train::Trial& trial, std::int64_t steps) {
  const checkpoints::NetworkState before = train::copy_state(trial.network());
  trial.submit(steps);
  const checkpoints::NetworkState after = train::copy_state(trial.network());
  return {join_row(after, false) - join_row(before, false), join_row(after, true) - join_row(before, true)};
}

FewSteps run_few_steps(TrialSetup setup) {
  train::Trial trial = make_trial(std::move(setup));
  return changes_in(trial, few_steps);
}

double relative_difference(const FewSteps& a, const FewSteps& b) {
  return std::max(distance_over_length(a.weights, b.weights), distance_over_length(a.statistics, b.statistics));
}

}  // namespace m2m::testing
