#pragma once
// mixup: x = u x_i + (1 - u) x_j with its loss mixed alike, u ~ Beta(alpha, alpha), one u a batch, alpha = 1.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method mixup{"mixup", "Pairs of samples of a batch are mixed, and so are their losses.",
                          "Zhang et al.: mixup: beyond empirical risk minimization, ICLR 2018",
                          Json::object({{"recipe.mixing", "mixup"}})};

}  // namespace m2m::settings::catalogue
