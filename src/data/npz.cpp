// Reads the user's own arrays from an .npz archive.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/archives.hpp"
#include "data/array_samples.hpp"
#include "data/image_list.hpp"
#include "data/readers.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* parts[] = {"train", "val", "test"};

/// The known arrays of the archive, by name without ".npy"; `content` must outlive the result.
std::map<std::string, NamedArray> select_arrays(const std::map<std::string, std::string>& content,
                                                const fs::path& file) {
  std::map<std::string, NamedArray> arrays;
  for (const char* part : parts) {
    for (const std::string letter : {"x_", "y_"}) {
      const std::string key = letter + part, name = fmt::format("{}: {}", file.string(), key);
      const auto found = content.find(key + ".npy");
      if (found != content.end()) arrays[key] = {name, parse_npy(found->second, name)};
    }
  }
  return arrays;
}

/// Names of the files in the archive, for an error.
std::string names_text(const fs::path& file) {
  constexpr std::size_t max_named = 10;
  std::vector<std::string> names;
  for (std::string name : zip_names(file)) {
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    names.push_back(is_utf8(name) ? name : "(not UTF-8)");
  }
  if (names.empty()) return "nothing";
  const bool is_cut = names.size() > max_named;
  if (is_cut) names.resize(max_named);
  return fmt::format("{}{}", fmt::join(names, ", "), is_cut ? ", ..." : "");
}

/// Throws Error (bad_data) unless training and test are there, and both arrays of the validation or neither.
void check_complete(const std::map<std::string, NamedArray>& arrays, const fs::path& file) {
  const bool has_validation = arrays.contains("x_val") || arrays.contains("y_val");
  for (const std::string key : {"x_train", "y_train", "x_test", "y_test", "x_val", "y_val"}) {
    if (arrays.contains(key) || (!has_validation && key.ends_with("_val"))) continue;
    throw data_error(
        fmt::format("{}: {} is missing (the file holds {}): expected x_train, y_train, x_test and y_test, and "
                    "x_val with y_val or neither, as "
                    "numpy.savez(FILE, x_train=..., y_train=...) names them",
                    file.string(), key, names_text(file)));
  }
}

/// Hash of the arrays and not of the archive, so that it does not depend on the compression.
std::string content_sha256(const std::map<std::string, std::string>& content) {
  Sha256 hash;
  for (const auto& [name, bytes] : content) {
    const std::string line = fmt::format("{} {}\n", name, sha256_hex(bytes));
    hash.add(std::as_bytes(std::span(line)));
  }
  return hash.hex();
}

void read_parts(const std::map<std::string, NamedArray>& arrays, DataSet& data) {
  const NamedArray& train = arrays.at("x_train");
  const bool has_features = holds_features(train);
  for (const char* part : parts) {
    const auto x = arrays.find(std::string("x_") + part);
    if (x != arrays.end()) check_same_kind(x->second, train);
  }
  const ValueRange range = has_features ? value_range(train) : ValueRange{};
  const auto read = [&](const std::string& part) {
    const NamedArray &x = arrays.at("x_" + part), &y = arrays.at("y_" + part);
    return has_features ? samples_from_features(x, y, range) : samples_from_pixels(x, y);
  };
  data.train = read("train");
  data.test = read("test");
  if (arrays.contains("x_val")) data.validation = read("val");
}

}  // namespace

DataSet read_npz(const fs::path& file) {
  if (file.empty()) throw usage_error("data.set = 'npz' needs data.path, the .npz file of the arrays");
  std::vector<std::string> names;
  for (const char* part : parts)
    for (const char* letter : {"x", "y"}) names.push_back(fmt::format("{}_{}.npy", letter, part));
  const std::map<std::string, std::string> content = unzip(file, names);
  const auto arrays = select_arrays(content, file);
  check_complete(arrays, file);
  DataSet data;
  data.name = "npz";
  read_parts(arrays, data);
  for (const Samples* samples : {&data.train, &data.validation, &data.test})
    for (const std::int32_t label : samples->labels) data.classes = std::max(data.classes, label + 1);
  data.default_largest =
      smallest_class({data.train.labels, data.validation.labels, data.test.labels}, data.classes, file.string());
  // No horizontal flips: the images may be digits or signs.
  if (!data.has_features())
    data.augmentation.pad = std::min({data.train.shape.height / 8, data.train.shape.width / 8, 127});
  data.files_sha256 = content_sha256(content);
  data.published = false;
  return data;
}

}  // namespace m2m::data
