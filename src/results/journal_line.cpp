// One epoch as a line of JSON, and back.
#include <array>
#include <stdexcept>

#include "results/epoch_columns.hpp"
#include "results/journal.hpp"

namespace m2m::results {
namespace {

/// {"classes": 10, "chosen": [[k0, k, count], ...], ...}
Json generation_to_json(const GenerationCounts& generation) {
  Json json = {{"classes", generation.classes}};
  for (int o = 0; o < outcome_count; ++o) {
    Json cells = Json::array();
    for (const auto& [pair, counts] : generation.cells) {
      if (counts[o] != 0) cells.push_back({pair.first, pair.second, counts[o]});
    }
    json[outcome_names[o]] = std::move(cells);
  }
  return json;
}

GenerationCounts generation_from_json(const Json& json) {
  const int classes = json.at("classes").get<int>();
  if (classes < 1) throw std::out_of_range("an impossible number of classes");
  GenerationCounts generation(classes);
  for (int o = 0; o < outcome_count; ++o) {
    for (const Json& cell : json.at(outcome_names[o])) {
      const auto [seed, target, count] = cell.get<std::array<std::int64_t, 3>>();
      if (seed < 0 || seed >= classes || target < 0 || target >= classes) {
        throw std::out_of_range("a class beyond the last one");
      }
      generation.at(static_cast<Outcome>(o), static_cast<std::int32_t>(seed), static_cast<std::int32_t>(target)) =
          count;
    }
  }
  return generation;
}

}  // namespace

Json measures_to_json(const EpochRecord& epoch) {
  Json json = {{"epoch", epoch.epoch}};
  for (const EpochColumn& column : epoch_columns) json[column.name] = epoch.*column.value;
  return json;
}

Json epoch_to_json(const EpochRecord& epoch) {
  Json json = measures_to_json(epoch);
  if (epoch.generation.classes > 0) json["generation"] = generation_to_json(epoch.generation);
  return json;
}

EpochRecord epoch_from_json(const Json& json) {
  EpochRecord epoch;
  epoch.epoch = json.at("epoch").get<int>();
  for (const EpochColumn& column : epoch_columns) {
    const Json& value = json.at(column.name);
    epoch.*column.value = value.is_null() ? not_measured : value.get<double>();
  }
  if (json.contains("generation")) epoch.generation = generation_from_json(json.at("generation"));
  return epoch;
}

}  // namespace m2m::results
