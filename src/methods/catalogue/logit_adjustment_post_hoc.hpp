#pragma once
// Post-hoc logit adjustment: argmax_k z_k - tau log(N_k / N) of a finished trial, tau chosen on validation;
// equation 9.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method logit_adjustment_post_hoc{
    "LA-post-hoc", "The log of the class frequencies taken off the logits of a finished trial, without training.",
    "Menon et al.: Long-tail learning via logit adjustment, ICLR 2021",
    Json::object({{"recipe.start", "ERM"}, {"recipe.post_hoc", "logit-adjustment"}})};

}  // namespace m2m::settings::catalogue
