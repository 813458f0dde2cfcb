#include "support/tiny_trial.hpp"

namespace m2m::test {

TrialSetup tiny_setup(const Config& config) {
  TrialSetup setup = trial_setup(config, tiny_data({60, 20, 6, 2}));
  if (setup.recipe.translates) {
    TrainSettings settings = setup.settings;
    settings.head = HeadKind::linear;
    setup.g = build_network(settings, *setup.data);
    initialise(*setup.g, keys_of_g(config).init);
  }
  return setup;
}

}  // namespace m2m::test
