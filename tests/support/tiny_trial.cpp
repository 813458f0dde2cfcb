#include "support/tiny_trial.hpp"

#include "methods/registry.hpp"

namespace m2m::test {

TrialSetup tiny_setup(const Config& config) {
  TrialSetup setup;
  setup.settings = train_settings(config);
  setup.method = find_method(config.text("method"));
  setup.keys = keys_of_f(config);
  setup.data = tiny_data({60, 20, 6, 2});
  if (setup.method.editing) {
    setup.editing = setup.method.editing(config);
    setup.g = build_network(setup.settings, *setup.data);
    initialise(*setup.g, keys_of_g(config).init);
  }
  return setup;
}

}  // namespace m2m::test
