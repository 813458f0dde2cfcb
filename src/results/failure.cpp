#include "results/failure.hpp"

#include "core/json_file.hpp"

namespace m2m::results {

void write_failure(const std::filesystem::path& file, const TrialFailure& failure) {
  write_json_file(file, {{"id", failure.id},
                         {"label", failure.label},
                         {"reason", failure.reason},
                         {"diverged", failure.diverged},
                         {"config", failure.config.json()}});
}

TrialFailure read_failure(const std::filesystem::path& file) {
  TrialFailure failure;
  read_json_file(file, [&](const Json& json) {
    failure = {json.at("id").get<std::string>(), json.at("label").get<std::string>(),
               json.at("reason").get<std::string>(), json.at("diverged").get<bool>(),
               Config(json.at("config").get<Json::object_t>())};
  });
  return failure;
}

}  // namespace m2m::results
