#pragma once
// Empirical risk minimisation: the mean cross-entropy of the data as they are. min 1/N sum_i CE(f(x_i), y_i)
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method erm{"ERM", "Empirical risk minimisation: cross-entropy on the data as it is.", "Vapnik 1998"};

}  // namespace m2m::settings::catalogue
