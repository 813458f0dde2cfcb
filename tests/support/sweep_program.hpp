#pragma once
// m2m-sweep as a shell and mpirun see it, with a training side that trains nothing, in a folder of its own.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/command.hpp"
#include "support/counts.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::testing {

/// The folder holds jobs/grid.toml, 6 trials and 3 stages, and jobs/broken.toml, of whose 3 trials one throws.
class SweepProgram : public ::testing::Test {
 protected:
  SweepProgram();

  std::filesystem::path folder() const { return folder_.path(); }
  /// Where jobs/grid.toml writes.
  std::filesystem::path out() const { return folder() / "results" / "grid"; }

  /// 0 ranks: without mpirun.
  static std::string command(int ranks, const std::string& arguments);
  Outcome sweep(int ranks, const std::string& arguments) const;

  /// Waits until out()'s ran.log has that many lines of that word.
  void wait_for_lines(int lines, const std::string& word) const;
  /// What a Background command has written.
  std::string background_log() const;

 private:
  testing::TemporaryFolder folder_;
};

/// How often `part` stands in `text`.
int count(const std::string& text, const std::string& part);

}  // namespace m2m::testing
