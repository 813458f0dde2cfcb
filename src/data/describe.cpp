#include <algorithm>

#include "data/data_set.hpp"

namespace m2m::data {
namespace {

Json describe_part(const PoolRows& part, const std::string& sha256) {
  return {{"images", part.rows.size()}, {"pool", pool_name(part.pool)}, {"rows_sha256", sha256}};
}

}  // namespace

Json describe_data(const DataSet& data, const Split& split) {
  Json described = {{"set", data.name},
                    {"classes", data.classes},
                    {"counts", split.counts},
                    {"files_sha256", data.files_sha256},
                    {"published", data.published},
                    {"notice", data.notice},
                    {"train", describe_part(split.train, split.train_sha256)},
                    {"validation", describe_part(split.validation, split.validation_sha256)},
                    {"test", describe_part(split.test, split.test_sha256)}};
  const std::vector<bool>& present = data.train.present;
  if (!present.empty()) described["images_present"] = std::count(present.begin(), present.end(), true);
  return described;
}

}  // namespace m2m::data
