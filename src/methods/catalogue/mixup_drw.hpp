#pragma once
// mixup, with effective-number weights from train.defer_until on.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method mixup_drw{
    "mixup-DRW", "mixup first, and with deferred re-weighting from train.defer_until on.",
    "Zhang et al., ICLR 2018; Cao et al., NeurIPS 2019",
    Json::object(
        {{"recipe.mixing", "mixup"}, {"recipe.rebalance", "deferred"}, {"recipe.class_weights", "effective"}})};

}  // namespace m2m::settings::catalogue
