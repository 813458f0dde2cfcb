#pragma once
// M2m-RS-Rand, deferred.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method m2m_rand{
    "M2m-Rand", "M2m with accepted images under random other labels; an ablation.",
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
    Json::object({{"recipe.rebalance", "deferred"},
                  {"recipe.sampling", "class-balanced"},
                  {"recipe.translate", "m2m"},
                  {"m2m.label", "random"}})};

}  // namespace m2m::settings::catalogue
