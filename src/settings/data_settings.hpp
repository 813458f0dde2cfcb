#pragma once
// Settings of the data (data.*): the data set, its files, and the split; and the table of data sets.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "settings/words.hpp"

namespace m2m::settings {

/// The values of data.*.
struct DataSettings {
  std::string set = "cifar10";  // one of data_set_names()
  std::string root;             // empty: M2M_DATA, else datasets/ of the checkout
  std::string path;             // the user's own data
  int image_size = 0;           // pixels; 0: the data set's own
  bool drop_doubles = false;
  bool strict = false;
  std::optional<bool> skip_unreadable;  // by default such pictures are refused
  std::string cache;                    // a folder; empty: beside the lists
  Imbalance imbalance{};
  double ratio = 100;        // rho
  std::int64_t largest = 0;  // N_1; 0: the data set's own
  Rounding rounding{};
  Subset subset{};
  Validation validation{};
  int fold = 0, folds = 5;
};
template <>
const Rows<DataSettings>& rows<DataSettings>();

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
