// Reads SVHN from the archive of arrays that datasets/fetch_svhn.sh makes.
#include <fmt/format.h>

#include <map>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "data/array_samples.hpp"
#include "data/readers.hpp"
#include "data/text_file.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

constexpr ImageShape svhn_shape{3, 32, 32};
constexpr int svhn_classes = 10;

std::string fetch_command(const fs::path& root) {
  return fmt::format("run datasets/fetch_svhn.sh --dest '{}'", root.string());
}

void check_form(const DataSet& data, const fs::path& file, const fs::path& root) {
  std::string fault;
  if (data.has_features()) {
    fault = "features";
  } else if (data.train.shape != svhn_shape) {
    const ImageShape& shape = data.train.shape;
    fault = fmt::format("images of {} x {} x {}", shape.channels, shape.height, shape.width);
  } else if (data.classes != svhn_classes) {
    fault = fmt::format("{} classes", data.classes);
  } else if (data.validation.count() > 0) {
    fault = "a validation part";
  }
  if (fault.empty()) return;
  throw data_error(fmt::format(
      "{}: holds {}, expected images of 3 x 32 x 32 in 10 classes for training and test: delete '{}' and {}",
      file.string(), fault, file.parent_path().string(), fetch_command(root)));
}

/// True if the file has the SHA-256 that was stored when the published MD5 was checked.
bool is_checked(const fs::path& file) {
  const std::map<std::string, std::string> sums = read_checked_sums(file.parent_path());
  const auto sum = sums.find(file.filename().string());
  return sum != sums.end() && sum->second == sha256_file(file);
}

}  // namespace

DataSet read_svhn(const fs::path& root) {
  const fs::path file = root / svhn_folder / svhn_file;
  if (!fs::is_regular_file(file)) {
    throw data_error(
        fmt::format("{}: contains no SVHN: {}/{} is missing; {}, or name another folder with data.root or M2M_DATA",
                    root.string(), svhn_folder, svhn_file, fetch_command(root)));
  }
  DataSet data = read_npz(file);
  check_form(data, file, root);
  data.name = "svhn";
  data.augmentation = {4, false};
  data.default_largest = 1000;
  data.published = is_checked(file);
  if (!data.published) data.notice = "SVHN here is not confirmed as the published files";
  return data;
}

}  // namespace m2m::data
