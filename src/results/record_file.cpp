#include "results/record_file.hpp"

#include "results/record_group.hpp"
#include "results/schema_file.hpp"

namespace m2m {

void write_trial(const std::filesystem::path& file, const TrialRecord& record) {
  write_schema_file(file, "trial", [&](hid_t root) { write_record(root, record); });
}

TrialRecord read_trial(const std::filesystem::path& file, RecordParts parts) {
  TrialRecord record;
  read_schema_file(file, "trial", [&](hid_t root) { record = read_record(root, parts); });
  return record;
}

}  // namespace m2m
