#include "train/resumption.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"

namespace m2m {

Resumption::Resumption(const std::filesystem::path& folder, Communicator& ranks, double every)
    : file_(folder / "resume.safetensors"), ranks_(ranks), every_(every) {}

std::optional<TrialState> Resumption::read() const {
  const bool is_there = std::filesystem::exists(file_);
  if (!ranks_.any(is_there)) return std::nullopt;
  if (ranks_.any(!is_there)) {
    throw io_error(
        fmt::format("{}: not every rank of the trial sees this file: the output folder has to lie on a "
                    "file system that all hosts share",
                    file_.string()));
  }
  try {
    return read_trial_state(file_);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    if (ranks_.rank() == 0) log_warning(error.what());
    return std::nullopt;
  }
}

void Resumption::offer(Trial& trial) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - written_;
  if (every_ > 0 && since.count() >= every_ && ranks_.rank() == 0) write(trial);
}

void Resumption::write(Trial& trial) {
  const TrialState state = trial.state();
  if (ranks_.rank() == 0) write_trial_state(file_, state);
  written_ = std::chrono::steady_clock::now();
}

void Resumption::remove() {
  std::error_code ignored;
  if (ranks_.rank() == 0) std::filesystem::remove(file_, ignored);
}

}  // namespace m2m
