#pragma once
// M2m from the first epoch on.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method m2m_rs{
    "M2m-RS", "M2m without deferral.",
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
    Json::object(
        {{"recipe.rebalance", "at-once"}, {"recipe.sampling", "class-balanced"}, {"recipe.translate", "m2m"}})};

}  // namespace m2m::settings::catalogue
