#include "results/record_file.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "results/record_group.hpp"
#include "results/schema_file.hpp"

namespace m2m::results {
namespace {

std::string read_trial_id(const std::filesystem::path& file) {
  std::string id;
  read_schema_file(file, "trial", [&](hid_t root) { id = read_record_id(root); });
  return id;
}

void check_id(const std::filesystem::path& file, const std::string& wanted, const std::string& found) {
  if (found != wanted) throw data_error(fmt::format("{}: holds trial {}", file.string(), found));
}

}  // namespace

void write_trial(const std::filesystem::path& file, const TrialRecord& record) {
  write_schema_file(file, "trial", [&](hid_t root) { write_record(root, record); });
}

TrialRecord read_trial(const std::filesystem::path& file, RecordParts parts) {
  TrialRecord record;
  read_schema_file(file, "trial", [&](hid_t root) { record = read_record(root, parts); });
  return record;
}

TrialRecord read_trial_of(const std::filesystem::path& file, const std::string& id, RecordParts parts) {
  TrialRecord record = read_trial(file, parts);
  check_id(file, id, record.id);
  return record;
}

std::optional<Damage> damage_of_result(const std::filesystem::path& file, const std::string& id, Look look) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  try {
    if (look == Look::thorough) {
      read_trial_of(file, id, RecordParts::metrics);
    } else {
      check_id(file, id, read_trial_id(file));
    }
    return std::nullopt;
  } catch (const OtherSchema&) {
    throw;
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    return Damage{file, file, error.what()};
  }
}

}  // namespace m2m::results
