#pragma once
// The data sets by name; how they are read is data's affair.
#include <span>
#include <string>
#include <vector>

#include "settings/words.hpp"

namespace m2m::settings {

struct DataSetFacts {
  const char* name;   // as data.set has it
  const char* title;  // as tables have it; a CIFAR that is cut to a long tail is "CIFAR-LT-..."
  const char* about;  // one sentence
  // What it decides if a study does not.
  Imbalance imbalance;
  Validation validation;
  const char* network;
  bool has_pictures;  // files that are decoded, and resized to data.image_size
};

std::span<const DataSetFacts> data_sets();
std::vector<std::string> data_set_names();

/// Throws Error (usage) if no data set has that name.
const DataSetFacts& find_data_set(const std::string& name);

}  // namespace m2m::settings
