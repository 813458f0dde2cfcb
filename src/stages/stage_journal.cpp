#include "stages/stage_journal.hpp"

#include "core/error.hpp"
#include "results/damage.hpp"

namespace m2m::stages {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "journal.jsonl"; }

std::set<int> epochs_of(const std::filesystem::path& file, study::StageContext& context) {
  std::set<int> known;
  if (!std::filesystem::exists(file)) return known;
  try {
    for (const results::EpochRecord& epoch : results::read_journal(file)) known.insert(epoch.epoch);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    context.remark(results::set_aside(results::Damage{file, file, error.what()}));
  }
  return known;
}

}  // namespace

StageJournal::StageJournal(const std::filesystem::path& folder, study::StageContext& context)
    : known_(epochs_of(file_in(folder), context)), journal_(file_in(folder)) {}

void StageJournal::complete(const std::vector<results::EpochRecord>& epochs) {
  for (const results::EpochRecord& epoch : epochs) {
    if (!known_.contains(epoch.epoch)) journal_.append(epoch);
  }
}

}  // namespace m2m::stages
