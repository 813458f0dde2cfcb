#pragma once
// Deferred re-sampling: ERM, then RS from train.defer_until on.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method drs{
    "DRS", "Deferred re-sampling: ERM first, class-balanced batches from train.defer_until on.",
    "Cao et al.: Learning imbalanced datasets with label-distribution-aware margin loss, NeurIPS 2019",
    Json::object({{"recipe.rebalance", "deferred"}, {"recipe.sampling", "class-balanced"}})};

}  // namespace m2m::settings::catalogue
