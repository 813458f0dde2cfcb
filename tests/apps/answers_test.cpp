// Command lines of m2m-sweep that run no stage, as a shell sees them.
#include "support/sweep_program.hpp"

namespace m2m::apps {
namespace {

class Answers : public testing::SweepProgram {};

TEST_F(Answers, ComeWithoutMpi) {
  // Open MPI does not start if a component is missing.
  const auto without_mpi = [&](const std::string& arguments) {
    return testing::run_command("OMPI_MCA_pml=none_such timeout 60 " + command(0, arguments), folder());
  };
  EXPECT_NE(without_mpi("jobs/grid.toml").code, 0);
  for (const char* arguments : {"list jobs/grid.toml", "validate jobs/grid.toml", "jobs/grid.toml --dry-run",
                                "simulate jobs/grid.toml --ranks 2", "describe", "--help"}) {
    EXPECT_EQ(without_mpi(arguments).code, 0) << arguments;
  }
}

}  // namespace
}  // namespace m2m::apps
