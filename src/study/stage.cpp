#include "study/stage.hpp"

#include <algorithm>

#include "core/hash.hpp"

namespace m2m::study {

std::string stage_id(const Json& identity) { return sha256_hex(canonical_json(identity)).substr(0, 16); }

const std::string* Stage::need(StageKind wanted) const {
  const auto found =
      std::find_if(needs.begin(), needs.end(), [wanted](const StageNeed& need) { return need.kind == wanted; });
  return found == needs.end() ? nullptr : &found->id;
}

}  // namespace m2m::study
