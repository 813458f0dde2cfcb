#include "core/foreign_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace m2m {
namespace {

constexpr int max_depth = 100;          // a study nests 4 deep
constexpr std::size_t max_fault = 300;  // bytes
constexpr std::size_t max_name = 200;   // bytes; file systems allow 255, suffixes included

// Of errors of this program beside those of nlohmann, which numbers its own.
constexpr int nests_too_deep = 416, no_whole_number = 417;

}  // namespace

Json parse_json(std::string_view text) {
  return Json::parse(text, [](int depth, Json::parse_event_t event, const Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= max_depth)
      throw Json::out_of_range::create(nests_too_deep, fmt::format("more than {} levels", max_depth), nullptr);
    return true;
  });
}

Json try_parse_json(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const Json::exception&) {
    return Json(Json::value_t::discarded);
  }
}

template <typename T>
T whole_number(const Json& value) {
  const bool is_in_range = value.is_number_unsigned()  ? std::in_range<T>(value.get<std::uint64_t>())
                           : value.is_number_integer() ? std::in_range<T>(value.get<std::int64_t>())
                                                       : false;
  if (is_in_range) return value.get<T>();
  throw Json::out_of_range::create(no_whole_number,
                                   fmt::format("expected a whole number of {} bits", 8 * sizeof(T)), nullptr);
}

template int whole_number(const Json&);
template std::int64_t whole_number(const Json&);

std::string replace_invalid_utf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string json_fault(const Json::exception& failed) {
  return truncate_utf8(replace_invalid_utf8(failed.what()), max_fault);
}

bool is_file_name(const std::string& name) {
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < ' '; };
  return !name.empty() && name.size() <= max_name && name != "." && name != ".." &&
         name.find('/') == std::string::npos && std::none_of(name.begin(), name.end(), is_control);
}

}  // namespace m2m
