#include "bench/brief_networks.hpp"

#include <utility>

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

BriefStates train_briefly(Workbench& bench) {
  return {state_after_a_few_steps(bench, false), state_after_a_few_steps(bench, true)};
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
