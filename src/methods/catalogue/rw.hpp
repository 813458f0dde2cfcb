#pragma once
// Re-weighting: w_y CE with w_k in proportion to 1/N_k, scaled to sum K; the batch mean is not divided by the
// weights' sum.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method rw{"RW", "Re-weighting: the loss of class k weighs 1/N_k, from the first epoch on.",
                       "Huang et al.: Learning deep representation for imbalanced classification, CVPR 2016",
                       Json::object({{"recipe.rebalance", "at-once"}, {"recipe.class_weights", "inverse"}})};

}  // namespace m2m::settings::catalogue
