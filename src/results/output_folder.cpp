#include "results/output_folder.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/foreign_files.hpp"
#include "core/hash.hpp"
#include "results/checksum.hpp"

namespace m2m::results {
namespace fs = std::filesystem;

bool has_only_merged(const OutputFolder& folder) {
  return fs::exists(folder.merged()) && !(fs::exists(folder.study()) && fs::exists(folder.trials()));
}

fs::path set_aside(const fs::path& file) {
  if (!fs::exists(fs::symlink_status(file))) return {};
  fs::path aside = file.string() + ".damaged";
  for (int number = 2; fs::exists(fs::symlink_status(aside)); ++number) {
    aside = file.string() + fmt::format(".damaged-{}", number);
  }
  std::error_code failed;
  fs::rename(file, aside, failed);
  if (failed) throw write_error(file, "damaged, and cannot be renamed", failed.message());
  return aside;
}

std::string set_aside(const Damage& damage) {
  const fs::path aside = set_aside(damage.file);
  if (damage.marker != damage.file) set_aside(damage.marker);
  if (aside.empty()) return damage.why + "; made anew";
  return fmt::format("{}; set aside as {} and made anew", damage.why, aside.filename().string());
}

namespace {

/// The file that `facts` name. Throws Json's out_of_range if it is not in `folder` itself: a stage.json that others
/// made must not lead a reader, or the renaming of damaged files, elsewhere.
fs::path file_of(const fs::path& folder, const Json& facts) {
  const auto name = facts.at("file").get<std::string>();
  if (is_file_name(name)) return folder / name;
  throw Json::out_of_range::create(418, "expected the name of a file in the same folder", nullptr);
}

/// The fault of the file that `facts` name; "" if there is none. Earlier versions wrote no size.
std::string fault_of(const fs::path& file, const Json& facts, Look look) {
  std::error_code missing;
  const auto size = static_cast<std::int64_t>(fs::file_size(file, missing));  // fails for a folder, too
  if (missing) return "missing, but stage.json names it";
  const std::int64_t wanted = facts.contains("bytes") ? whole_number<std::int64_t>(facts.at("bytes")) : size;
  if (size != wanted) return fmt::format("{} bytes, but stage.json names {}", size, wanted);
  const bool is_other = look == Look::thorough && sha256_file(file) != facts.value("sha256", "");
  return is_other ? "its content differs from the checksum in stage.json" : "";
}

bool names_a_file(const Json& facts) {
  return facts.is_object() && facts.contains("file") && facts.contains("sha256");
}

/// Damage of stage.json, or of the first file that differs from it. Throws a JSON error if a value has another
/// type.
std::optional<Damage> damage_of_files(const fs::path& marker, Look look) {
  const Json content = try_parse_json(read_file(marker));
  if (const std::string fault = checksum_fault(content); !fault.empty())
    return Damage{marker, marker, fmt::format("{}: damaged: {}", marker.string(), fault)};
  int named = 0;
  for (const auto& [name, facts] : content.items()) {
    if (!names_a_file(facts)) continue;
    ++named;
    const fs::path file = file_of(marker.parent_path(), facts);
    const std::string fault = fault_of(file, facts, look);
    if (!fault.empty()) return Damage{file, marker, fmt::format("{}: {}", file.string(), fault)};
  }
  if (named == 0) return Damage{marker, marker, marker.string() + ": damaged: it names no file"};
  return std::nullopt;
}

}  // namespace

void write_stage_facts(const fs::path& folder, const Json& facts) {
  write_file(folder / "stage.json", with_checksum(facts).dump(2) + "\n");
}

Json read_stage_facts(const fs::path& folder) {
  const fs::path file = folder / "stage.json";
  Json facts = try_parse_json(read_file(file));
  const std::string fault = checksum_fault(facts);
  if (fault.empty()) return facts;
  throw data_error(
      fmt::format("{}: damaged, {}; run the same command again to have the stage made anew", file.string(), fault));
}

Json make_file_facts(const fs::path& file) {
  return {{"file", file.filename().string()}, {"bytes", fs::file_size(file)}, {"sha256", sha256_file(file)}};
}

fs::path checked_file(const fs::path& folder, const Json& facts) {
  const auto damaged = [](const fs::path& file, const std::string& fault) {
    return data_error(
        fmt::format("{}: {}; run the same command again to have the stage made anew", file.string(), fault));
  };
  try {
    fs::path file = file_of(folder, facts);
    const std::string fault = fault_of(file, facts, Look::thorough);
    if (fault.empty()) return file;
    throw damaged(file, fault);
  } catch (const Json::exception& failed) {
    throw damaged(folder / "stage.json", "damaged: " + json_fault(failed));
  }
}

std::optional<Damage> damage_of_stage(const fs::path& folder, Look look) {
  const fs::path marker = folder / "stage.json";
  std::error_code ignored;
  if (!fs::exists(marker, ignored)) return std::nullopt;
  try {
    return damage_of_files(marker, look);
  } catch (const Json::exception& failed) {
    return Damage{marker, marker, fmt::format("{}: damaged: {}", marker.string(), json_fault(failed))};
  }
}

}  // namespace m2m::results
