#pragma once
// What an interrupted stage leaves in its folder, so that the next run goes on from there.
#include <chrono>
#include <filesystem>
#include <optional>

#include "comm/tensors/communicator.hpp"
#include "study/stage.hpp"
#include "checkpoints/trial_state.hpp"

namespace m2m::stages {

/// FOLDER/resume.safetensors: written when a stage is stopped, and every few minutes against kills.
class Resumption {
 public:
  /// every: seconds between two files at least; 0: only when stopped.
  Resumption(const std::filesystem::path& folder, comm::Communicator& ranks, double every);

  /// Collective: the state left by an earlier run, or nothing. A damaged file is set aside, which the first rank
  /// tells `context`, and the stage begins again. Throws Error (input_output) where one rank sees the file and
  /// another does not.
  std::optional<checkpoints::TrialState> read(study::StageContext& context) const;

  /// Whether it is time to write. Local.
  bool is_due() const;
  /// Writes the state; of the first rank. Throws WriteError; the file of before is then still there.
  void write(const checkpoints::TrialState& state);
  /// The stage is done; of the first rank.
  void remove();

 private:
  std::filesystem::path file_;
  comm::Communicator& ranks_;
  double every_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

}  // namespace m2m::stages
