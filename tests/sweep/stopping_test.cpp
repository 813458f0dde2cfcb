#include "sweep/stopping.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m::sweep {
namespace {

constexpr double now = 1'800'000'000;  // Unix time

TimeLeft time_left_of(const TimeLimit& given, const char* end_time, const char* start_time, double running = 0) {
  const auto environment = [&](const std::string& name) -> const char* {
    if (name == "SLURM_JOB_START_TIME") return start_time;
    return name == "SLURM_JOB_END_TIME" ? end_time : nullptr;
  };
  return time_left(given, environment, now, running);
}

std::optional<double> left(const TimeLimit& given, const char* end_time, double running = 0) {
  return time_left_of(given, end_time, nullptr, running).seconds;
}

/// The exit code that such a limit is refused with; `done` if it is not.
ExitCode refused(const TimeLimit& given, const char* end_time, double running = 0) {
  try {
    left(given, end_time, running);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::done;
}

std::string refusal(const std::string& text) {
  return testing::complaint([&] { read_duration("--time-limit", text); }, ExitCode::usage);
}

TEST(Duration, IsSecondsOrHoursMinutesSeconds) {
  EXPECT_EQ(read_duration("--time-limit", "90"), 90);
  EXPECT_EQ(read_duration("--time-limit", "1:30:00"), 5400);
  EXPECT_EQ(read_duration("--time-limit", "00:00:07"), 7);
  EXPECT_EQ(read_duration("--time-limit", "100:00:00"), 360000);
}

TEST(Duration, RefusesAnythingElse) {
  for (const char* text : {"", "0", "0:00:00", "-5", "1.5", "5m", "90:00", "1:60:00", "1:00:60", "1:2:3",
                           "1-00:00:00", "99999999999", " 5"}) {
    EXPECT_TRUE(testing::says(refusal(text), {"--time-limit '" + std::string(text) + "'", "1:30:00"}));
  }
}

TEST(TimeLeft, IsUnlimitedWhereNobodySaysOtherwise) {
  for (const char* nonsense :
       {static_cast<const char*>(nullptr), "", "never", "0", "-1", "1e300", "inf", "nan", "12x"})
    EXPECT_FALSE(left({}, nonsense).has_value()) << nonsense;
}

TEST(TimeLeft, KeepsAMinuteBackOrATenthOfAShortLimit) {
  EXPECT_EQ(left({3600, {}}, nullptr), 3540);
  EXPECT_EQ(left({100, {}}, nullptr), 90);
  EXPECT_EQ(left({3600, 300}, nullptr), 3300);
  EXPECT_EQ(left({3600, {}}, nullptr, 40), 3500);
}

TEST(TimeLeft, IsTakenFromSlurmWhereTheCommandLineSaysNothing) {
  EXPECT_EQ(left({}, "1800003600"), 3540);
  EXPECT_EQ(left({}, "1800000100"), 90);
  EXPECT_EQ(left({{}, 10}, "1800000100"), 90);
  EXPECT_EQ(left({}, "1800000090", 10), 80);  // a limit of 100 s, of which 10 are over
  EXPECT_EQ(left({50, {}}, "1800003600"), 45);
}

TEST(TimeLeft, DoesNotBelieveAnEndThatWasOverBeforeTheProgramOrItsJobBegan) {
  for (const char* over : {"1799999999", "1799996400", "1"}) {
    const TimeLeft limit = time_left_of({}, over, nullptr);
    EXPECT_FALSE(limit.seconds.has_value()) << over;
    EXPECT_NE(limit.remark.find("SLURM_JOB_END_TIME"), std::string::npos) << limit.remark;
  }
  EXPECT_FALSE(time_left_of({}, "1800000300", "1800000900").seconds.has_value());  // of a clock that is behind
  EXPECT_FALSE(time_left_of({}, "1799999995", nullptr, 3).seconds.has_value());
  const TimeLeft believed = time_left_of({}, "1800003600", "1799999000");
  EXPECT_EQ(believed.seconds, 3540);
  EXPECT_EQ(believed.remark, "");
}

TEST(TimeLeft, SaysThatATextIsNoTime) {
  EXPECT_NE(time_left_of({}, "soon", nullptr).remark, "");
  EXPECT_EQ(time_left_of({}, nullptr, nullptr).remark, "");
  EXPECT_EQ(time_left_of({50, {}}, "soon", nullptr).remark, "");  // not read with a limit
}

TEST(TimeLeft, IsRefusedWhereTheSweepWouldStopBeforeItsFirstStep) {
  EXPECT_EQ(refused({100, {}}, nullptr, 95), ExitCode::usage);
  EXPECT_EQ(refused({{}, 60}, "1800000030"), ExitCode::usage);
  EXPECT_EQ(refused({}, "1800000001", 100), ExitCode::usage);
  EXPECT_EQ(refused({}, "1799999999", 100), ExitCode::usage);  // it was over only after the program began
  EXPECT_EQ(refused({}, "1800000030"), ExitCode::done);
}

TEST(TimeLeft, RefusesAMarginThatLeavesNothing) {
  try {
    left({60, 90}, nullptr);
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_TRUE(testing::says(error.what(), {"--time-margin 90 s", "--time-limit 60 s"}));
  }
}

}  // namespace
}  // namespace m2m::sweep
