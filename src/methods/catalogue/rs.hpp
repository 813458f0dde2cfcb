#pragma once
// Re-sampling: a sample of class k is drawn with probability in proportion to 1/N_k, with replacement, so that
// every class comes equally often.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method rs{"RS", "Re-sampling: every class drawn equally often, from the first epoch on.",
                       "Japkowicz, Stephen: The class imbalance problem, 2002",
                       Json::object({{"recipe.rebalance", "at-once"}, {"recipe.sampling", "class-balanced"}})};

}  // namespace m2m::settings::catalogue
