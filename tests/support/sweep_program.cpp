#include "support/sweep_program.hpp"

#include <cstdlib>

#include "core/files.hpp"
#include "support/eventually.hpp"

namespace m2m::testing {

SweepProgram::SweepProgram() {
  // each test sets these variables itself
  for (const char* name :
       {"SLURM_NTASKS", "SLURM_PROCID", "SLURM_JOB_ID", "SLURM_JOB_END_TIME", "OMPI_COMM_WORLD_SIZE"})
    ::unsetenv(name);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  write_file(folder() / "jobs/grid.toml", "[grid]\nmethod = ['ERM', 'M2m']\nseed = [0, 1, 2]\n");
  write_file(folder() / "jobs/broken.toml",
             "[grid]\nmethod = ['ERM', 'M2m']\n[[point]]\nlabel = 'T'\nmethod = 'RS'\nfake.does = 'throw'\n");
}

std::string SweepProgram::command(int ranks, const std::string& arguments) {
  const std::string launcher =
      ranks == 0 ? "" : quoted(M2M_MPIEXEC) + " --oversubscribe --bind-to none -np " + std::to_string(ranks) + " ";
  return launcher + quoted(M2M_FAKE_SWEEP) + " " + arguments;
}

Outcome SweepProgram::sweep(int ranks, const std::string& arguments) const {
  return run_command("timeout 60 " + command(ranks, arguments), folder());
}

void SweepProgram::wait_for_lines(int lines, const std::string& word) const {
  const auto come = [&] { return testing::count_lines(out(), word) >= lines; };
  ASSERT_TRUE(eventually(come, std::chrono::seconds(30))) << lines << " lines of " << word;
}

std::string SweepProgram::background_log() const { return read_file(folder() / "background.log"); }

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace m2m::testing
