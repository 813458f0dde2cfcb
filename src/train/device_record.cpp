#include "train/device_record.hpp"

#include <fmt/format.h>

#include <regex>

namespace m2m::stages {

std::string driver_release(const std::string& line) {
  static const std::regex release(R"(\s(\d{3,}\.\d+(\.\d+)?)\s)");
  std::smatch found;
  return std::regex_search(line, found, release) ? found[1].str() : "";
}

std::string version_text(long version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace m2m::stages
