#pragma once
// Learnable weight scaling: s_k (w_k x + b_k) with everything frozen but s, class-balanced sampling; section 4.2.
// The source trains 5 epochs with a cosine schedule.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method lws{
    "LWS", "A factor for each class's output of an ERM trial, learnt on class-balanced batches.",
    "Kang et al.: Decoupling representation and classifier for long-tailed recognition, ICLR 2020",
    Json::object({{"recipe.start", "ERM"},
                  {"recipe.train", "scales"},
                  {"recipe.rebalance", "at-once"},
                  {"recipe.sampling", "class-balanced"},
                  {"second.epochs", 5}})};

}  // namespace m2m::settings::catalogue
