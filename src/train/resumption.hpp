#pragma once
// What an interrupted stage leaves in its folder, so that the next run goes on from there.
#include <chrono>
#include <filesystem>
#include <optional>

#include "dist/tensors/communicator.hpp"
#include "train/trial.hpp"

namespace m2m {

/// FOLDER/resume.safetensors: written when a stage is stopped, and every few minutes against kills.
class Resumption {
 public:
  /// every: seconds between two files at least; 0: only when stopped.
  Resumption(const std::filesystem::path& folder, Communicator& ranks, double every);

  /// Collective: the state left by an earlier run, or nothing. A damaged file is reported and counts as none.
  /// Throws Error (input_output) where one rank sees the file and another does not.
  std::optional<TrialState> read() const;

  /// Between two epochs: writes where it is time to. Local.
  void offer(Trial& trial);
  /// Collective: writes the state as it is.
  void write(Trial& trial);
  /// The stage is done.
  void remove();

 private:
  std::filesystem::path file_;
  Communicator& ranks_;
  double every_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

}  // namespace m2m
