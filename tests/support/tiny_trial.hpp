#pragma once
// A trial of the made-up data set, from its settings.
#include "support/tiny_data.hpp"
#include "train/trial.hpp"

namespace m2m::test {

/// What a trial of tiny_data({60, 20, 6, 2}) is made from; g, where the method needs one, is an untrained network.
TrialSetup tiny_setup(const Config& config);

}  // namespace m2m::test
