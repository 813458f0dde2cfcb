#pragma once
// LDAM, with effective-number weights from train.defer_until on.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method ldam_drw{
    "LDAM-DRW", "LDAM first, and with deferred re-weighting from train.defer_until on.",
    "Cao et al.: Learning imbalanced datasets with label-distribution-aware margin loss, NeurIPS 2019",
    Json::object({{"recipe.loss", "ldam"},
                  {"recipe.head", "cosine"},
                  {"recipe.rebalance", "deferred"},
                  {"recipe.class_weights", "effective"}})};

}  // namespace m2m::settings::catalogue
