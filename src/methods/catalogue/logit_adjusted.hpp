#pragma once
// Logit-adjusted loss: CE(z + tau log(N_k / N), y); equation 10.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method logit_adjusted{
    "LA", "Logit adjustment in the loss: rarer classes have to be right by more, by the log of their frequency.",
    "Menon et al.: Long-tail learning via logit adjustment, ICLR 2021",
    Json::object({{"recipe.loss", "logit-adjusted"}})};

}  // namespace m2m::settings::catalogue
