#include "sweep/stage.hpp"

#include "core/hash.hpp"

namespace m2m {

std::string stage_id(const Json& identity) { return sha256_hex(canonical_json(identity)).substr(0, 16); }

}  // namespace m2m
