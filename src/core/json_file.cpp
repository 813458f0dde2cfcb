#include "core/json_file.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files.hpp"

namespace m2m {

void write_json_file(const std::filesystem::path& file, const Json& value) {
  write_file(file, value.dump(1, ' ', true) + "\n");
}

void read_json_file(const std::filesystem::path& file, const std::function<void(const Json&)>& read) {
  const std::string text = read_file(file);
  try {
    read(Json::parse(text));
  } catch (const Json::exception& failed) {
    throw data_error(fmt::format("{}: damaged, or not written by this program: {}", file.string(), failed.what()));
  }
}

}  // namespace m2m
