#pragma once
// Numbers that others published for the same settings, as quoted.
#include <string_view>

#include "core/config.hpp"

namespace m2m {

/// In %, with the digits of the source; "" where the source gives none.
struct Quoted {
  std::string_view bacc, bacc_std, gm;
};

struct PublishedNumbers {
  Quoted paper;  // Kim, Jeong, Shin, CVPR 2020: mean and deviation
  Quoted rerun;  // a third party's full rerun of the authors' program, one seed a cell; GM without classes of zero
                 // recall
};

inline constexpr const char* rerun_source = "pjy0422/M2m, 2024";

/// What others published for exactly this setting: a method by its own name with its defaults, ResNet-32 from its
/// initialisation, 200 epochs, long-tailed CIFAR-10 or CIFAR-100 with ratio 10 or 100, first images of each class,
/// first test images validating. All texts are empty where nothing matches.
PublishedNumbers published_numbers(const Config& config, std::string_view label);

}  // namespace m2m
