#pragma once
// tau-normalisation: w_k / ||w_k||^tau of a finished trial's linear head, without its bias, tau chosen on
// validation; equation 5 (section 4.3).
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method tau_normalisation{
    "tau-norm", "The class vectors of a finished trial scaled by a power of their length, without training.",
    "Kang et al.: Decoupling representation and classifier for long-tailed recognition, ICLR 2020",
    Json::object({{"recipe.start", "ERM"}, {"recipe.post_hoc", "tau-normalisation"}})};

}  // namespace m2m::settings::catalogue
