#pragma once
// Classifier re-training: a new head on the frozen features of an ERM trial, with class-balanced sampling; section
// 4.1. The source trains 10 epochs with a cosine schedule.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method crt{
    "cRT", "A new head on the frozen features of ERM, trained on class-balanced batches.",
    "Kang et al.: Decoupling representation and classifier for long-tailed recognition, ICLR 2020",
    Json::object({{"recipe.start", "ERM"},
                  {"recipe.train", "head"},
                  {"recipe.rebalance", "at-once"},
                  {"recipe.sampling", "class-balanced"}})};

}  // namespace m2m::settings::catalogue
