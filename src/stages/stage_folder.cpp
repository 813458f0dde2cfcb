#include "stages/stage_folder.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/output_folder.hpp"

namespace m2m::stages {

StageClaim::StageClaim(const std::filesystem::path& folder, study::StageContext& context,
                       comm::Communicator& ranks) {
  std::optional<ClaimResult> end;
  for (; !(end = try_once(folder, context, ranks)); std::this_thread::sleep_for(std::chrono::milliseconds(500))) {
  }
  result_ = *end;
  if (result_ != ClaimResult::granted) lock_.reset();
  if (lock_) remove_unfinished_files(folder);
}

std::optional<ClaimResult> StageClaim::try_once(const std::filesystem::path& folder, study::StageContext& context,
                                                comm::Communicator& ranks) {
  const bool leads = ranks.rank() == 0;
  if (leads && lock_ == nullptr) try_to_lock(folder, context);
  if (ranks.any(!fault_.empty())) return ClaimResult::unwritable;
  const bool is_ours = ranks.any(lock_ != nullptr);
  if (ranks.any(leads && std::filesystem::exists(folder / "stage.json"))) return ClaimResult::built_elsewhere;
  if (is_ours) return ClaimResult::granted;
  if (ranks.any(context.stop_requested())) return ClaimResult::stopped;
  return std::nullopt;
}

void StageClaim::try_to_lock(const std::filesystem::path& folder, study::StageContext& context) {
  try {
    lock_ = std::make_unique<results::FolderLock>(folder);
  } catch (const WriteError& error) {
    fault_ = error.what();
  } catch (const Error& error) {
    if (error.code() != ExitCode::held) throw;
    if (!has_logged_)
      context.remark(fmt::format("waiting for a stage that another sweep builds: {}", error.what()));
    has_logged_ = true;
  }
}

ResumeFile::ResumeFile(const std::filesystem::path& folder, comm::Communicator& ranks, double every)
    : file_(folder / "resume.safetensors"), ranks_(ranks), every_(every) {}

std::optional<checkpoints::TrialState> ResumeFile::read(study::StageContext& context) const {
  const bool is_there = std::filesystem::exists(file_);
  if (!ranks_.any(is_there)) return std::nullopt;
  if (ranks_.any(!is_there)) {
    throw io_error(
        fmt::format("{}: not every rank of the trial sees this file; the output folder must be on a "
                    "file system that all hosts share",
                    file_.string()));
  }
  std::optional<checkpoints::TrialState> state;
  results::Damage damage{file_, file_, ""};
  try {
    state = checkpoints::read_trial_state(file_);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    damage.why = error.what();
  }
  if (!ranks_.any(!state)) return state;
  if (ranks_.rank() == 0) context.remark(results::set_aside(damage));
  return std::nullopt;
}

bool ResumeFile::is_due() const {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - written_;
  return every_ > 0 && since.count() >= every_;
}

void ResumeFile::write(const checkpoints::TrialState& state) {
  checkpoints::write_trial_state(file_, state);
  written_ = std::chrono::steady_clock::now();
}

void ResumeFile::remove() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

namespace {

std::filesystem::path journal_file(const std::filesystem::path& folder) { return folder / "journal.jsonl"; }

std::set<int> known_epochs(const std::filesystem::path& file, study::StageContext& context) {
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
    : known_(known_epochs(journal_file(folder), context)), journal_(journal_file(folder)) {}

void StageJournal::complete(const std::vector<results::EpochRecord>& epochs) {
  for (const results::EpochRecord& epoch : epochs) {
    if (!known_.contains(epoch.epoch)) journal_.append(epoch);
  }
}

}  // namespace m2m::stages
