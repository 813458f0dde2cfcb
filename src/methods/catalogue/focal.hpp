#pragma once
// Focal loss: (1 - exp(-l))^gamma l of the cross-entropy l, gamma = 1 as in the M2m authors' runs; equation 4.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method focal{"Focal", "Focal loss: samples that are classified well count less.",
                          "Lin et al.: Focal loss for dense object detection, ICCV 2017",
                          Json::object({{"recipe.loss", "focal"}})};

}  // namespace m2m::settings::catalogue
