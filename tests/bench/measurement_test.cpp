#include "bench/measurement.hpp"

#include <gtest/gtest.h>

#include "bench/subprocess.hpp"
#include "core/error.hpp"

namespace m2m::bench {
namespace {

TEST(StepTimes, ReadBackFromTheirLineWhateverElseWasPrinted) {
  const StepTimes times{{0.5, 0.25, 0.125}, 1.5, 12345.75};
  const std::string output = "==> Preparing data\n{5000, 2997}\n" + step_times_line(times) + "\nbye\n";
  const StepTimes read = read_step_times(output, "authors");
  EXPECT_EQ(read.steps, times.steps);
  EXPECT_EQ(read.evaluation, times.evaluation);
  EXPECT_EQ(read.first_step_end, times.first_step_end);
}

TEST(StepTimes, AreRefusedWhereTheLineIsMissingDamagedOrOfOneStep) {
  for (const char* output : {"", "no line\n", "{\"steps\": [1, 2]", "{\"steps\": [1, 2], \"evaluation\": 1}",
                             "{\"steps\": \"many\", \"evaluation\": 1, \"first_step_end\": 2}",
                             "{\"steps\": [1], \"evaluation\": 1, \"first_step_end\": 2}"}) {
    try {
      read_step_times(output, "authors, ERM");
      ADD_FAILURE() << "read: " << output;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      EXPECT_TRUE(std::string(error.what()).starts_with("authors, ERM: ")) << error.what();
    }
  }
}

TEST(Measurement, LeavesTheFirstStepOutOfTheMedianAndCountsItAsStartUp) {
  const Measurement measured = measurement_of({{90, 3, 1, 2}, 7, 1015}, 1000, 250'000'000);
  EXPECT_EQ(measured.step, 2);
  EXPECT_EQ(measured.evaluation, 7);
  EXPECT_EQ(measured.start_up, 15);
  EXPECT_EQ(measured.peak, 250);
}

TEST(Subprocess, IsReadToItsEndAndMeasured) {
  const ProcessResult ended = run_process({"sh", "-c", "echo said $WORD; echo why >&2; exit 7"}, {{"WORD", "so"}});
  EXPECT_EQ(ended.code, 7);
  EXPECT_EQ(ended.output, "said so\nwhy\n");
  EXPECT_EQ(last_line(ended.output), "why");
  EXPECT_GT(ended.peak_bytes, 100'000);
  EXPECT_LE(ended.started, monotonic_seconds());
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}, {}).code, 137);
}

TEST(Subprocess, ThatIsNoProgramIsAUsageError) {
  try {
    run_process({"/nowhere/python"}, {});
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

}  // namespace
}  // namespace m2m::bench
