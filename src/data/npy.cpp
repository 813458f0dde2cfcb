// Parses NumPy's .npy format.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/array_samples.hpp"

namespace m2m::data {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::int64_t max_values = std::int64_t{1} << 40;  // far beyond any memory, far below an overflow

/// Parser of a header, which is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  /// True if `token` is next; consumes it.
  bool take(std::string_view token) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  /// Consumes a text in single or double quotes; false if there is none.
  bool take_text(std::string& text) {
    const char quote = take("'") ? '\'' : take("\"") ? '"' : '\0';
    const std::size_t end = quote == '\0' ? std::string_view::npos : rest_.find(quote);
    if (end == std::string_view::npos) return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool take_number(std::int64_t& number) {
    take("");
    const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (failed != std::errc{} || number < 0) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  bool is_at_end() {
    take("");
    return rest_.empty();
  }

 private:
  std::string_view rest_;
};

struct Header {
  std::string descr;
  bool is_column_order = false;
  std::vector<std::int64_t> shape;
};

bool take_shape(HeaderText& text, std::vector<std::int64_t>& shape) {
  if (!text.take("(")) return false;
  while (!text.take(")")) {
    std::int64_t side = 0;
    if (!text.take_number(side)) return false;
    shape.push_back(side);
    if (!text.take(",")) return text.take(")");
  }
  return true;
}

bool take_value(HeaderText& text, const std::string& key, Header& header) {
  if (key == "descr") return text.take_text(header.descr);
  if (key == "shape") return take_shape(text, header.shape);
  if (key != "fortran_order") return false;
  header.is_column_order = text.take("True");
  return header.is_column_order || text.take("False");
}

/// Consumes the dictionary: each key once, in any order.
bool take_header(HeaderText text, Header& header) {
  std::vector<std::string> keys;
  if (!text.take("{")) return false;
  while (!text.take("}")) {
    keys.emplace_back();
    if (!text.take_text(keys.back()) || !text.take(":") || !take_value(text, keys.back(), header)) return false;
    if (text.take(",")) continue;
    if (!text.take("}")) return false;
    break;
  }
  std::sort(keys.begin(), keys.end());
  return text.is_at_end() && keys == std::vector<std::string>{"descr", "fortran_order", "shape"};
}

/// Type without byte order, "<f4" -> "f4"; "" unless it is one little-endian number.
std::string plain_type(const std::string& descr) {
  static constexpr const char* known[] = {"<f4", "<f8", "<i2", "<i4", "<i8", "<u2",
                                          "<u4", "<u8", "|i1", "|u1", "<i1", "<u1"};
  return std::find(std::begin(known), std::end(known), descr) == std::end(known) ? "" : descr.substr(1);
}

/// What values of another type are, and how to convert them to plain numbers.
std::string conversion_advice(const std::string& descr) {
  const char kind = descr.size() > 1 ? descr[1] : '?';
  if (kind == 'U' || kind == 'S') return "texts: replace them by class numbers from 0";
  if (kind == 'O') return "Python objects: convert them to one array of numbers";
  if (kind == 'b') return "truth values: convert them with astype('uint8')";
  if (kind == 'i' || kind == 'u') return "of another byte order: convert them with astype('<i8')";
  if (kind == 'f') return "of another width or byte order: convert them with astype('<f4')";
  return "not plain numbers";
}

std::size_t little_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

/// Splits a file into the text of its header and the bytes behind it.
std::pair<std::string_view, std::string_view> cut_header(std::string_view file, const std::string& name) {
  if (!file.starts_with(magic) || file.size() < 8)
    throw data_error(name + ": is not an .npy array; write it again with numpy.savez");
  const int version = static_cast<unsigned char>(file[6]);
  if (version != 1 && version != 2)
    throw data_error(fmt::format(
        "{}: is an .npy array of format {}, expected 1 or 2, as numpy.savez writes plain numbers", name, version));
  const std::size_t length_size = version == 1 ? 2 : 4, begin = 8 + length_size;
  const std::size_t length = file.size() < begin ? file.size() : little_endian(file.substr(8, length_size));
  if (file.size() < begin || length > file.size() - begin)
    throw data_error(name + ": ends within its header; write it again with numpy.savez");
  return {file.substr(begin, length), file.substr(begin + length)};
}

/// Number of values of the array; -1 if it exceeds max_values.
std::int64_t value_count(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) {
    if (side > max_values || (side > 0 && count > max_values / side)) return -1;
    count *= side;
  }
  return count;
}

}  // namespace

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

NpyArray parse_npy(std::string_view file, const std::string& name) {
  const auto [text, bytes] = cut_header(file, name);
  Header header;
  if (!take_header(HeaderText(text), header))
    throw data_error(name + ": its header is damaged, or describes records instead of a plain array of numbers");
  if (header.is_column_order)
    throw data_error(name + ": is stored in column order; save numpy.ascontiguousarray of it");
  NpyArray array{plain_type(header.descr), header.shape, bytes};
  if (array.type.empty()) {
    throw data_error(fmt::format("{}: holds {}, expected little-endian integers, float32 or float64; they are {}",
                                 name, is_utf8(header.descr) ? header.descr : "(not UTF-8)",
                                 conversion_advice(header.descr)));
  }
  const std::int64_t count = value_count(array.shape), value_size = array.type[1] - '0';
  if (count < 0 || static_cast<std::uint64_t>(count * value_size) != bytes.size()) {
    throw data_error(
        fmt::format("{}: holds {} bytes, which does not match its shape {} of {} bytes a value; write it "
                    "again with numpy.savez",
                    name, bytes.size(), shape_text(array.shape), value_size));
  }
  return array;
}

}  // namespace m2m::data
