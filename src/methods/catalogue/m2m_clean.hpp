#pragma once
// M2m whose accepted slots show the seed itself, under the label k: is it the translation that helps, or the images
// of frequent classes? m2m.image = "clean-coin" leaves out the gamma test as well.
#include "methods/method.hpp"

namespace m2m::settings::catalogue {

inline const Method m2m_clean{
    "M2m-Clean", "M2m that shows seeds as they are instead of their translations; an ablation.",
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
    Json::object({{"recipe.rebalance", "deferred"},
                  {"recipe.sampling", "class-balanced"},
                  {"recipe.translate", "m2m"},
                  {"m2m.image", "clean"}})};

}  // namespace m2m::settings::catalogue
