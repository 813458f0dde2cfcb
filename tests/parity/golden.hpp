#pragma once
// The golden file: values computed with the authors' program, in HDF5.
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "results/hdf5.hpp"

namespace m2m::parity {

/// A golden file, open to be read. Paths are as in "losses/ce/per_sample".
class Golden {
 public:
  explicit Golden(const std::filesystem::path& file) : file_(results::hdf5::open_file(file)) {}

  bool has(const std::string& path) const;
  /// Those of `paths` that it has not, with commas between; "" where it has all.
  std::string lacking(std::initializer_list<std::string> paths) const;

  /// A data set's values in row-major order, float32 and integers widened exactly.
  std::vector<double> numbers(const std::string& path) const;
  double number(const std::string& path) const { return numbers(path).at(0); }
  std::vector<std::int64_t> integers(const std::string& path) const;
  std::vector<std::int64_t> shape(const std::string& path) const;

  double attribute(const std::string& path, const std::string& name) const;
  std::string text_attribute(const std::string& path, const std::string& name) const;

  /// The names in a group, sorted.
  std::vector<std::string> members(const std::string& group) const;

 private:
  results::hdf5::Handle file_;
};

/// M2M_GOLDEN, or shared/reference/golden.h5 beside the checkout; absent where there is no such file.
std::optional<std::filesystem::path> golden_file();

/// M2M_PUBLISHED_G, or the published network beside the golden file's default; absent where there is no such file.
std::optional<std::filesystem::path> published_network_file();

}  // namespace m2m::parity
