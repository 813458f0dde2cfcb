#pragma once
// Major-to-minor translation: x* = argmin L(g; x, k) + lambda f_k0(x) by T gradient steps from an image of a
// frequent class k0; equation 2 and algorithm 1. See methods/m2m_plan.hpp and methods/translate.hpp.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method m2m{
    "M2m",
    "Major-to-minor translation: from train.defer_until on, class-balanced slots of rare classes are "
    "filled with images of frequent classes, translated on the fly by gradient steps against g.",
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
    Json::object(
        {{"recipe.rebalance", "deferred"}, {"recipe.sampling", "class-balanced"}, {"recipe.translate", "m2m"}})};

}  // namespace m2m::settings::catalogue
