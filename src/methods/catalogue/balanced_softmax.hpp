#pragma once
// Balanced Softmax: CE(z + log N_k, y), which is the logit-adjusted loss with tau = 1; equation 4.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method balanced_softmax{
    "Balanced-Softmax", "Softmax with each class's count in it: logit adjustment with tau 1 under its other name.",
    "Ren et al.: Balanced meta-softmax for long-tailed visual recognition, NeurIPS 2020",
    Json::object({{"recipe.loss", "logit-adjusted"}, {"logit_adjustment.tau", 1.0}})};

}  // namespace m2m::settings::catalogue
