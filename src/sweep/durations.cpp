#include "sweep/durations.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/layout.hpp"
#include "results/record_file.hpp"

namespace m2m::sweep {
namespace fs = std::filesystem;
namespace {

using SecondsById = std::map<std::string, double>;

Json read_object(const fs::path& file) {
  Json object = Json::parse(read_file(file), nullptr, false);
  if (!object.is_object()) throw data_error(fmt::format("{}: is no JSON object", file.string()));
  return object;
}

double checked_seconds(const fs::path& file, const std::string& name, const Json& value) {
  const double seconds = value.is_number() ? value.get<double>() : 0;
  if (!(seconds > 0) || !std::isfinite(seconds)) {
    throw data_error(
        fmt::format("{}: '{}' is {}: expected seconds, a number above 0", file.string(), name, value.dump()));
  }
  return seconds;
}

SecondsById seconds_of_file(const fs::path& file) {
  SecondsById seconds;
  const Json object = read_object(file);
  for (const auto& [id, value] : object.items()) seconds[id] = checked_seconds(file, id, value);
  return seconds;
}

/// Nothing where the stage is not there, or did not record its time.
SecondsById seconds_of_folder(const results::OutputFolder& folder, const study::StageGraph& graph) {
  SecondsById seconds;
  for (const study::Stage& stage : graph.stages) {
    const bool is_trial = stage.kind == study::StageKind::trial;
    const fs::path file = is_trial ? folder.result(stage.id) : folder.stage_done(stage.id);
    std::error_code ignored;
    if (!fs::exists(file, ignored)) continue;
    if (is_trial) {
      const double wall = results::read_trial(file, results::RecordParts::metrics).wall_seconds;
      if (wall > 0) seconds[stage.id] = wall;
    } else if (const Json facts = read_object(file); facts.contains("seconds")) {
      seconds[stage.id] = checked_seconds(file, "seconds", facts.at("seconds"));
    }
  }
  return seconds;
}

}  // namespace

Durations read_durations(const fs::path& path, const study::StageGraph& graph) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw usage_error(fmt::format("--durations {}: there is no such file or folder", path.string()));
  }
  const bool is_folder = fs::is_directory(path, ignored);
  const SecondsById known = is_folder ? seconds_of_folder({path}, graph) : seconds_of_file(path);
  Durations durations;
  double measured = 0, modelled = 0;
  for (const study::Stage& stage : graph.stages) {
    const auto found = known.find(stage.id);
    if (found == known.end()) continue;
    ++durations.measured;
    measured += found->second;
    modelled += stage.cost;
  }
  if (durations.measured == 0) {
    throw usage_error(
        fmt::format("--durations {}: has the duration of none of this study's stages; name the output folder of a "
                    "run that shares some, or leave "
                    "it out",
                    path.string()));
  }
  if (modelled > 0) durations.ratio = measured / modelled;
  for (const study::Stage& stage : graph.stages) {
    const auto found = known.find(stage.id);
    durations.seconds.push_back(found == known.end() ? stage.cost * durations.ratio : found->second);
  }
  return durations;
}

}  // namespace m2m::sweep
