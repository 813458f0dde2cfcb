#pragma once
// Deferred re-weighting: ERM, then CB-RW from train.defer_until on; section 3.3 of the source.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method drw{
    "DRW", "Deferred re-weighting: ERM first, effective-number weights from train.defer_until on.",
    "Cao et al.: Learning imbalanced datasets with label-distribution-aware margin loss, NeurIPS 2019",
    Json::object({{"recipe.rebalance", "deferred"}, {"recipe.class_weights", "effective"}})};

}  // namespace m2m::settings::catalogue
