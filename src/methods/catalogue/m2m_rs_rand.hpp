#pragma once
// M2m-RS whose accepted images are trained on a class that is neither the target nor that of the seed: does the
// label matter, or only that there is something new to see? It unbalances the batch.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method m2m_rs_rand{
    "M2m-RS-Rand", "M2m-RS with accepted images under random other labels; an ablation.",
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
    Json::object({{"recipe.rebalance", "at-once"},
                  {"recipe.sampling", "class-balanced"},
                  {"recipe.translate", "m2m"},
                  {"m2m.label", "random"}})};

}  // namespace m2m::settings::catalogue
