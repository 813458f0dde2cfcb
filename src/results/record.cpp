#include "results/record.hpp"

#include <algorithm>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "core/text.hpp"

namespace m2m::results {

std::int64_t GenerationCounts::total(Outcome outcome) const {
  std::int64_t sum = 0;
  for (const auto& [pair, counts] : cells) sum += counts[static_cast<std::size_t>(outcome)];
  return sum;
}

ClassCounts recorded_counts(const Json& data, int classes) {
  if (!data.is_object() || !data.contains("counts")) return {};
  const Json& counts = data.at("counts");
  if (!counts.is_array() || counts.size() != static_cast<std::size_t>(classes)) return {};
  constexpr std::int64_t max_count = std::int64_t{1} << 40;  // sums do not overflow
  ClassCounts read;
  for (const Json& count : counts) {
    if (!count.is_number_integer() || count < 0 || count > max_count) return {};
    read.push_back(count.get<std::int64_t>());
  }
  return read;
}

std::vector<std::string> recorded_class_names(const Json& data, int classes) {
  if (!data.is_object() || !data.contains("class_names")) return {};
  const Json& names = data.at("class_names");
  if (!names.is_array() || names.size() != static_cast<std::size_t>(classes)) return {};
  const bool are_texts = std::all_of(names.begin(), names.end(), [](const Json& name) { return name.is_string(); });
  return are_texts ? names.get<std::vector<std::string>>() : std::vector<std::string>();
}

Json metrics_json(const ClassTotals& totals, const Calibration& calibration, const ClassCounts& counts) {
  Json metrics = {{"bacc", balanced_accuracy(totals)},
                  {"gm", geometric_mean(totals)},
                  {"gm_nonzero", geometric_mean_of_nonzero(totals)},
                  {"accuracy", accuracy(totals)},
                  {"ece", calibration.ece},
                  {"nll", calibration.nll}};
  if (counts.empty()) return metrics;
  for (const ClassGroup& group : class_groups(counts)) {
    const bool is_half = group.name == "majority" || group.name == "minority";
    metrics[(is_half ? "bacc_" : "") + group.name] = group_accuracy(totals, group.classes);
  }
  return metrics;
}

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
    failure = {json.at("id").get<std::string>(), printable(json.at("label").get<std::string>()),
               json.at("reason").get<std::string>(), json.at("diverged").get<bool>(),
               Config(json.at("config").get<Json::object_t>())};
  });
  return failure;
}

}  // namespace m2m::results
