#pragma once
// Context-rich minority over-sampling: CutMix of a class-balanced draw onto the plain one, in every second batch
// on average, but for the first and last epochs; algorithm 1 and the source's program.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method cmo{"CMO", "Patches of class-balanced draws are pasted onto images as they come.",
                        "Park et al.: The majority can help the minority, CVPR 2022",
                        Json::object({{"recipe.mixing", "cmo"}})};

}  // namespace m2m::settings::catalogue
