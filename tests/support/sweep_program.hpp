#pragma once
// Runs m2m-sweep with the fake training functions, in a shell or under mpirun, in a temporary folder.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/command.hpp"
#include "support/counts.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::testing {

/// A test in a folder with jobs/grid.toml (6 trials and 3 stages) and jobs/broken.toml (3 trials, of which one
/// throws).
class SweepProgram : public ::testing::Test {
 protected:
  SweepProgram();

  std::filesystem::path folder() const { return folder_.path(); }
  /// Output folder of jobs/grid.toml.
  std::filesystem::path out() const { return folder() / "results" / "grid"; }

  /// Command line of m2m-sweep on `ranks` ranks; 0: without mpirun.
  static std::string command(int ranks, const std::string& arguments);
  Outcome sweep(int ranks, const std::string& arguments) const;

  /// Waits until ran.log of out() has `lines` lines that begin with `word`.
  void wait_for_lines(int lines, const std::string& word) const;
  /// Output of a Background command.
  std::string background_log() const;

 private:
  testing::TemporaryFolder folder_;
};

/// Number of occurrences of `part` in `text`.
int count(const std::string& text, const std::string& part);

}  // namespace m2m::testing
