#pragma once
// Settings of the data (data.*): the data set, its files, and the split.
#include <optional>
#include <string>

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

}  // namespace m2m::settings
