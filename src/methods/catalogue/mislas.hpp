#pragma once
// Label-aware smoothing, the second stage of MiSLAS: head (at half the rate) and its factors trained on the frozen
// features of a mixup trial with class-balanced sampling, 10 epochs; section 3.3 and the source's program for
// CIFAR-10. Its shift of batch norm's statistics, off there for CIFAR-10, is left out.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method mislas{"MiSLAS", "A head with label-aware smoothing on the frozen features of mixup.",
                           "Zhong et al.: Improving calibration for long-tailed recognition, CVPR 2021",
                           Json::object({{"recipe.start", "mixup"},
                                         {"recipe.train", "head-and-scales"},
                                         {"recipe.loss", "label-aware-smoothing"},
                                         {"recipe.rebalance", "at-once"},
                                         {"recipe.sampling", "class-balanced"},
                                         {"second.head_lr_factor", 0.5}})};

}  // namespace m2m::settings::catalogue
