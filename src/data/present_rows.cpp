// Reads which images a partial copy of CIFAR holds, and checks that a split uses no other.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "data/split.hpp"
#include "data/text_file.hpp"

namespace m2m::data {
namespace {

/// Parses the number in a line; -1 if it is not a number.
std::int64_t to_row(std::string_view line) {
  std::int64_t row = -1;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), row);
  return error == std::errc() && end == line.data() + line.size() ? row : -1;
}

std::int64_t count_absent(const PoolRows& part, const std::vector<bool>& present) {
  if (part.pool != Pool::train) return 0;
  return std::count_if(part.rows.begin(), part.rows.end(), [&](std::int32_t row) { return !present[row]; });
}

}  // namespace

std::vector<bool> read_present_rows(const std::filesystem::path& file, std::int64_t count, Sha256& content) {
  if (!std::filesystem::exists(file)) return {};
  const TextFile text = read_text_file(file, file.string() + ": is missing", content);
  std::vector<bool> present(static_cast<std::size_t>(count), false);
  std::int64_t last = -1;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const std::int64_t row = to_row(line);
    if (row <= last || row >= count) {
      throw line_error(text, number,
                       fmt::format("'{}', expected a number above {} and below {}: the present training images, "
                                   "ascending",
                                   line, last, group_digits(count)));
    }
    present[static_cast<std::size_t>(row)] = true;
    last = row;
  }
  return present;
}

void check_present(const DataSet& data, const Split& split) {
  const std::vector<bool>& present = data.train.present;
  if (present.empty()) return;
  std::int64_t absent = 0;
  for (const PoolRows* part : {&split.train, &split.validation, &split.test})
    absent += count_absent(*part, present);
  if (absent == 0) return;
  throw data_error(fmt::format(
      "{}: this copy holds {} of {} training images, and {} that the study takes are not among them; use the "
      "settings "
      "data.ratio, data.largest and data.subset that the copy was made for, or name a complete set with data.root",
      data.name, group_digits(std::count(present.begin(), present.end(), true)), group_digits(data.train.count()),
      group_digits(absent)));
}

}  // namespace m2m::data
