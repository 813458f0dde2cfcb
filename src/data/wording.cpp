#include "data/wording.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace m2m {

std::string grouped(std::uintmax_t number) {
  std::string text = fmt::format("{}", number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) text.insert(at, ",");
  return text;
}

bool is_utf8(const std::string& bytes) {
  try {
    static_cast<void>(nlohmann::json(bytes).dump());
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace m2m
