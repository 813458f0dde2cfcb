#pragma once
// M2m with LDAM's loss: f has a cosine head, and its raw cosines stand in the lambda term; g stays linear, for a
// softmax of cosines cannot be sure of anything.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method m2m_ldam{
    "M2m-LDAM", "M2m with LDAM as the loss of f.",
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
    Json::object({{"recipe.loss", "ldam"},
                  {"recipe.head", "cosine"},
                  {"recipe.rebalance", "deferred"},
                  {"recipe.sampling", "class-balanced"},
                  {"recipe.translate", "m2m"}})};

}  // namespace m2m::settings::catalogue
