#include "stages/resumption.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "results/damage.hpp"

namespace m2m::stages {

Resumption::Resumption(const std::filesystem::path& folder, comm::Communicator& ranks, double every)
    : file_(folder / "resume.safetensors"), ranks_(ranks), every_(every) {}

std::optional<checkpoints::TrialState> Resumption::read(study::StageContext& context) const {
  const bool is_there = std::filesystem::exists(file_);
  if (!ranks_.any(is_there)) return std::nullopt;
  if (ranks_.any(!is_there)) {
    throw io_error(
        fmt::format("{}: not every rank of the trial sees this file: the output folder has to lie on a "
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

bool Resumption::is_due() const {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - written_;
  return every_ > 0 && since.count() >= every_;
}

void Resumption::write(const checkpoints::TrialState& state) {
  checkpoints::write_trial_state(file_, state);
  written_ = std::chrono::steady_clock::now();
}

void Resumption::remove() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

}  // namespace m2m::stages
