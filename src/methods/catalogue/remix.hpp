#pragma once
// Remix: mixup whose label goes to the rarer class where the other is kappa = 3 times as frequent and its share
// below tau = .5; equation 8.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method remix{"Remix", "mixup that gives a pair's label to the rarer class.",
                          "Chou et al.: Remix: rebalanced mixup, ECCV 2020 workshops",
                          Json::object({{"recipe.mixing", "remix"}})};

}  // namespace m2m::settings::catalogue
