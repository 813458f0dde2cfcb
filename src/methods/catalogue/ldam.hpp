#pragma once
// LDAM: cross-entropy of s cos with a margin m_y ~ N_y^(-1/4) taken off the true class's cosine, s = 30, largest
// margin .5; equations 11 to 13.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method ldam{
    "LDAM", "Label-distribution-aware margins: rarer classes have to be right by more.",
    "Cao et al.: Learning imbalanced datasets with label-distribution-aware margin loss, NeurIPS 2019",
    Json::object({{"recipe.loss", "ldam"}, {"recipe.head", "cosine"}})};

}  // namespace m2m::settings::catalogue
