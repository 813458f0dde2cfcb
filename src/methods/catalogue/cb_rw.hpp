#pragma once
// Class-balanced re-weighting: w_k in proportion to (1 - beta) / (1 - beta^N_k), the inverse of the effective
// number of samples; equation 4 of the source.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method cb_rw{"CB-RW", "Re-weighting by the effective number of samples, from the first epoch on.",
                          "Cui et al.: Class-balanced loss based on effective number of samples, CVPR 2019",
                          Json::object({{"recipe.rebalance", "at-once"}, {"recipe.class_weights", "effective"}})};

}  // namespace m2m::settings::catalogue
