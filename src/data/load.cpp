#include "data/load.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "data/cifar.hpp"
#include "data/digits.hpp"

namespace m2m {
namespace {

/// Digits come with the project; a copy of the user's own goes first.
DataSet read_digits_from(const DataRoots& roots) {
  const auto own = roots.root / digits_file;
  return read_digits(std::filesystem::exists(own) ? own : roots.shipped / digits_file);
}

constexpr std::array readers{
    DataSetReader{"cifar10", [](const DataRoots& roots) { return read_cifar(cifar10_layout(), roots.root); }},
    DataSetReader{"cifar100", [](const DataRoots& roots) { return read_cifar(cifar100_layout(), roots.root); }},
    DataSetReader{"digits", read_digits_from},
};

}  // namespace

std::span<const DataSetReader> data_set_readers() { return readers; }

DataSet load_data_set(const Config& config) {
  const std::string name = config.text("data.set");
  const auto reader =
      std::find_if(readers.begin(), readers.end(), [&](const auto& one) { return name == one.name; });
  if (reader == readers.end()) throw usage_error("data.set = '" + name + "': no data set has that name");
  return reader->read(data_roots(config));
}

}  // namespace m2m
