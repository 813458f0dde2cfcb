#include "results/merged_files.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/version.hpp"
#include "results/record_file.hpp"

namespace m2m::results {
namespace fs = std::filesystem;
namespace {

constexpr const char* build_key = "build";
constexpr const char* merged_key = "results.h5";
constexpr const char* sources_key = "sources";

/// The facts of a file; a text if it cannot be read, which is an outcome of its trial as well.
Json facts_or_fault(const fs::path& file) {
  try {
    return make_file_facts(file);
  } catch (const std::exception& failed) {
    return failed.what();
  }
}

std::string key_of(const fs::path& file, const OutputFolder& folder) {
  return file.lexically_relative(folder.root).generic_string();
}

/// The content of merged.json; an empty object unless this build of the program wrote it. A flipped bit in it makes
/// a file differ that does not, which costs time only.
Json read_merged_files(const OutputFolder& folder) {
  Json known = Json::object();
  try {
    read_json_file(merged_files(folder), [&](const Json& content) {
      if (content.at(build_key) != full_version()) return;
      known = {{merged_key, content.at(merged_key)}, {sources_key, content.at(sources_key).get<Json::object_t>()}};
    });
  } catch (const Error&) {  // missing or damaged
  }
  return known;
}

bool has_facts(const fs::path& file, const Json& facts, Look look) {
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(file, missing);
  if (missing || !facts.is_object() || facts.value("bytes", Json()) != size) return false;
  return look == Look::quick || facts.value("sha256", Json()) == sha256_file(file);
}

}  // namespace

fs::path merged_files(const OutputFolder& folder) { return folder.root / "merged.json"; }

Json facts_of_sources(const OutputFolder& folder, const PlannedStudy& study) {
  Json sources = Json::object();
  const auto add = [&](const fs::path& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return false;
    sources[key_of(file, folder)] = facts_or_fault(file);
    return true;
  };
  add(folder.study());
  for (const PlannedTrial& trial : study.trials) {
    if (!add(folder.result(trial.id))) add(folder.failure(trial.id));
  }
  return sources;
}

bool is_merged_from(const Json& sources, const OutputFolder& folder) {
  const Json known = read_merged_files(folder);
  return !known.empty() && known.at(sources_key) == sources &&
         known.at(merged_key) == facts_or_fault(folder.merged());
}

void write_merged_files(const Json& merged, const Json& sources, const OutputFolder& folder) {
  write_json_file(merged_files(folder),
                  {{build_key, full_version()}, {merged_key, merged}, {sources_key, sources}});
}

ResultChecker::ResultChecker(OutputFolder folder)
    : folder_(std::move(folder)), known_(read_merged_files(folder_).value(sources_key, Json::object())) {}

std::optional<Damage> ResultChecker::damage(const std::string& id, Look look) const {
  const fs::path file = folder_.result(id);
  const auto known = known_.find(key_of(file, folder_));
  if (known != known_.end() && has_facts(file, *known, look)) return std::nullopt;
  return damage_of_result(file, id, look);
}

}  // namespace m2m::results
