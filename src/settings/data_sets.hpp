#pragma once
// The table of data sets. The module data reads them.
#include <span>
#include <string>
#include <vector>

#include "settings/words.hpp"

namespace m2m::settings {

/// A row of the table: a data set and its defaults.
struct DataSetFacts {
  const char* name;   // the value of data.set
  const char* title;  // in tables; a CIFAR cut to a long tail is "CIFAR-LT-..."
  const char* about;  // one sentence
  // Defaults of data.imbalance, data.validation and train.network.
  Imbalance imbalance;
  Validation validation;
  const char* network;
  bool has_pictures;  // it consists of picture files, resized to data.image_size
};

/// All data sets, in the order of help.
std::span<const DataSetFacts> data_sets();
/// The names of all data sets, in the order of the table.
std::vector<std::string> data_set_names();

/// The data set of that name. Throws Error (usage) if there is none.
const DataSetFacts& find_data_set(const std::string& name);

}  // namespace m2m::settings
