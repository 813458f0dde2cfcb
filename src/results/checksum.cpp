#include "results/checksum.hpp"

#include "core/hash.hpp"

namespace m2m::results {
namespace {

constexpr const char* key = "checksum";

std::string checksum_of(Json object) {
  object.erase(key);
  return sha256_hex(object.dump());
}

}  // namespace

Json with_checksum(const Json& object) {
  Json written = Json::parse(object.dump());
  written[key] = checksum_of(written);
  return written;
}

std::string checksum_fault(const Json& object) {
  if (!object.is_object()) return "not a JSON object";
  const bool is_other = object.contains(key) && object.at(key) != checksum_of(object);
  return is_other ? "its content differs from its checksum" : "";
}

}  // namespace m2m::results
