#include "sweep/time_limit.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace m2m {
namespace {

constexpr double now = 1'800'000'000;  // Unix time

std::optional<double> left(const TimeLimit& given, const char* end_time, double running = 0) {
  return seconds_until_stop(
      given, [&](const char* name) { return std::string(name) == "SLURM_JOB_END_TIME" ? end_time : nullptr; }, now,
      running);
}

std::string refusal(const std::string& text) {
  try {
    read_duration("--time-limit", text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "accepted";
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
    EXPECT_EQ(refusal(text), "--time-limit '" + std::string(text) +
                                 "' is no time; give seconds, or hours, minutes and seconds as 1:30:00");
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
  EXPECT_EQ(left({100, {}}, nullptr, 95), 0);
}

TEST(TimeLeft, IsTakenFromSlurmWhereTheCommandLineSaysNothing) {
  EXPECT_EQ(left({}, "1800003600"), 3540);
  EXPECT_EQ(left({}, "1800000100"), 90);
  EXPECT_EQ(left({{}, 10}, "1800000100"), 90);
  EXPECT_EQ(left({}, "1800000090", 10), 80);  // a limit of 100 s, of which 10 are over
  EXPECT_EQ(left({}, "1799999999"), 0);
  EXPECT_EQ(left({50, {}}, "1800003600"), 45);
}

TEST(TimeLeft, RefusesAMarginThatLeavesNothing) {
  try {
    left({60, 90}, nullptr);
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_STREQ(error.what(), "--time-margin 90 s leaves nothing of --time-limit 60 s; give less");
  }
}

}  // namespace
}  // namespace m2m
