// Reads the digits that ship with the project.
#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "data/archives.hpp"
#include "data/readers.hpp"
#include "data/text_file.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

constexpr ImageShape digit_shape{1, 8, 8};
constexpr int max_digit_pixel = 16;
constexpr int digit_classes = 10;
constexpr const char* shipped_sha256 = "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a";

/// Values of a line; empty if one is not a number from 0 to its bound.
std::vector<int> parse_values(std::string_view line) {
  std::vector<int> values;
  while (true) {
    const std::string_view item = line.substr(0, line.find(','));
    const int max =
        values.size() < static_cast<std::size_t>(digit_shape.size()) ? max_digit_pixel : digit_classes - 1;
    int value = -1;
    const auto [end, failed] = std::from_chars(item.data(), item.data() + item.size(), value);
    if (failed != std::errc{} || end != item.data() + item.size() || value < 0 || value > max) return {};
    values.push_back(value);
    if (item.size() == line.size()) return values;
    line.remove_prefix(item.size() + 1);
  }
}

/// Advice for a damaged file.
std::string remedy() { return fmt::format("put the project's datasets/{} in its place", digits_file); }

Samples parse_digits(std::string_view text, const std::string& name) {
  Samples samples;
  samples.shape = digit_shape;
  std::vector<std::uint8_t> pixels;
  int number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const std::vector<int> values = parse_values(line);
    if (values.size() != static_cast<std::size_t>(digit_shape.size()) + 1) {
      throw data_error(
          fmt::format("{}:{}: expected 64 pixels from 0 to 16 and a label from 0 to 9, separated by commas; {}",
                      name, number, remedy()));
    }
    pixels.insert(pixels.end(), values.begin(), values.end() - 1);
    samples.labels.push_back(values.back());
  }
  samples.pixels = std::move(pixels);
  return samples;
}

}  // namespace

DataSet read_digits(const fs::path& file) {
  if (!fs::is_regular_file(file)) {
    throw data_error(fmt::format("{}: is missing: {}", file.string(), remedy()));
  }
  const std::string packed = read_file(file);
  DataSet data;
  data.name = "digits";
  data.classes = digit_classes;
  data.train = parse_digits(gunzip(packed, file.string(), remedy()), file.string());
  data.test.shape = digit_shape;
  data.max_pixel = max_digit_pixel;
  data.augmentation = {1, false};
  data.default_largest = 100;
  data.files_sha256 = sha256_hex(packed);
  data.published = data.files_sha256 == shipped_sha256;
  if (!data.published) data.notice = "these digits are not the ones that ship with the project";
  return data;
}

}  // namespace m2m::data
