// Networks that were trained for a few steps.
#include <utility>

#include "bench/workbench.hpp"

namespace m2m::bench {
namespace {

constexpr std::int64_t brief_steps = 12;

checkpoints::NetworkState state_after_a_few_steps(Workbench& bench, bool is_g) {
  const Config config = trial_config("ERM", {"float32", "auto"}, 128);
  TrialSetup setup = bench.setup(config);
  if (is_g) setup.plan.keys = train::g_keys(config);
  train::Trial trial(std::move(setup.plan), std::move(setup.parts));
  trial.submit(brief_steps);
  return train::copy_state(trial.network());
}

}  // namespace

const BriefStates& Workbench::brief_states() {
  if (!brief_states_) brief_states_ = {state_after_a_few_steps(*this, false), state_after_a_few_steps(*this, true)};
  return *brief_states_;
}

std::shared_ptr<nn::Network> network_from(Workbench& bench, const Config& config,
                                          const checkpoints::NetworkState& state) {
  const TrialSetup setup = bench.setup(config);
  auto network = train::build_network(setup.plan.settings, *setup.parts.data);
  const torch::NoGradGuard no_gradient;
  nn::load_state(*network, state, "a trained network");
  return network;
}

}  // namespace m2m::bench
