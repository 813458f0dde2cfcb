#pragma once
// SMOTE: every class is filled up to N_1 with x = u x_i + (1 - u) x_j, x_j a near neighbour of x_i in its class;
// see methods/smote.hpp.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method smote{
    "SMOTE", "Every class is filled up to the largest with samples between neighbours, once, before training.",
    "Chawla et al.: SMOTE: synthetic minority over-sampling technique, JAIR 2002",
    Json::object({{"recipe.rebalance", "at-once"}, {"recipe.sampling", "smote"}})};

}  // namespace m2m::settings::catalogue
