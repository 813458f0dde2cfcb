#include "results/planned_study.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/version.hpp"
#include "core/json_file.hpp"

namespace m2m::results {

Json study_to_json(const PlannedStudy& study) {
  Json trials = Json::array();
  for (const PlannedTrial& trial : study.trials) {
    trials.push_back({{"id", trial.id}, {"label", trial.label}, {"config", trial.config.json()}});
  }
  Json stages = Json::array();
  for (const PlannedStage& stage : study.stages) {
    stages.push_back({{"id", stage.id}, {"kind", stage.kind}, {"label", stage.label}, {"epochs", stage.epochs}});
  }
  return {{"schema", schema_version},    {"name", study.name},          {"file", study.file},
          {"trials", std::move(trials)}, {"stages", std::move(stages)}, {"cache", study.cache}};
}

PlannedStudy study_from_json(const Json& json) {
  PlannedStudy study{json.at("name").get<std::string>(), json.at("file").get<std::string>(), {}};
  for (const Json& trial : json.at("trials")) {
    study.trials.push_back({trial.at("id").get<std::string>(), trial.at("label").get<std::string>(),
                            Config(trial.at("config").get<Json::object_t>())});
  }
  for (const Json& stage : json.value("stages", Json::array())) {
    study.stages.push_back({stage.at("id").get<std::string>(), stage.at("kind").get<std::string>(),
                            stage.at("label").get<std::string>(), stage.at("epochs").get<int>()});
  }
  study.cache = json.value("cache", "");
  return study;
}

void write_study(const std::filesystem::path& file, const PlannedStudy& study) {
  write_json_file(file, study_to_json(study));
}

PlannedStudy read_study(const std::filesystem::path& file) {
  PlannedStudy study;
  read_json_file(file, [&](const Json& json) {
    const auto schema = json.at("schema").get<std::int64_t>();
    if (!is_readable_schema(schema)) {
      throw data_error(
          fmt::format("{}: schema {}, this program reads 1 to {}", file.string(), schema, schema_version));
    }
    study = study_from_json(json);
  });
  return study;
}

}  // namespace m2m::results
