#include "core/profile.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/config.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

PhaseTotal& of(PhaseTotals& totals, ProfilePhase phase) { return totals[static_cast<std::size_t>(phase)]; }

/// A clock whose marks are reached at given times.
class FakeClock : public ProfileClock {
 public:
  explicit FakeClock(std::vector<double> times) : times_(std::move(times)) {}
  void mark() override { ++marked_; }
  std::vector<double> take() override {
    std::vector<double> taken(times_.begin() + taken_, times_.begin() + marked_);
    taken_ = marked_;
    return taken;
  }

 private:
  std::vector<double> times_;
  int marked_ = 0, taken_ = 0;
};

TEST(Profile, SumsUpThePhasesAndKeepsTheirEvents) {
  Profile profile(10, std::make_unique<FakeClock>(std::vector<double>{0.25, 0.75, 1.5, 1.75, 2, 2, 4}));
  profile.set_position(2, 7);
  timed(&profile, ProfilePhase::forward, 100, [] {});
  timed(&profile, ProfilePhase::forward, 50, [] {});
  profile.set_position(2, 8);
  PhaseTotals totals = profile.totals();
  EXPECT_DOUBLE_EQ(of(totals, ProfilePhase::forward).seconds, 0.75);
  EXPECT_EQ(of(totals, ProfilePhase::forward).calls, 2);
  EXPECT_EQ(of(totals, ProfilePhase::forward).multiply_adds, 150);
  EXPECT_EQ(of(totals, ProfilePhase::write).calls, 0);
  ASSERT_EQ(profile.events().size(), 2U);
  EXPECT_EQ(profile.events()[1].phase, ProfilePhase::forward);
  EXPECT_EQ(profile.events()[1].epoch, 2);
  EXPECT_EQ(profile.events()[1].step, 7) << "where it was when it was timed, not when it was read";
  EXPECT_DOUBLE_EQ(profile.events()[1].begin, 1.5);
  EXPECT_DOUBLE_EQ(profile.events()[1].duration, 0.25);
  timed(&profile, ProfilePhase::write, 0, [] {});
  EXPECT_EQ(profile.totals()[static_cast<std::size_t>(ProfilePhase::write)].calls, 1);
  EXPECT_DOUBLE_EQ(profile.seconds(), 4);
}

TEST(Profile, ReadsItsClockBeforeMarksPileUp) {
  Profile profile(10'000);
  for (int i = 0; i < 2500; ++i) timed(&profile, ProfilePhase::update, 1, [] {});
  EXPECT_EQ(profile.totals()[static_cast<std::size_t>(ProfilePhase::update)].calls, 2500);
  ASSERT_EQ(profile.events().size(), 2500U);
  for (std::size_t i = 1; i < profile.events().size(); ++i) {
    ASSERT_GE(profile.events()[i].begin, profile.events()[i - 1].begin + profile.events()[i - 1].duration);
  }
}

TEST(Profile, KeepsTheFirstEventsAndCountsTheOthers) {
  Profile profile(3);
  for (int i = 0; i < 5; ++i) {
    profile.set_position(0, i);
    const PhaseTimer timer(&profile, ProfilePhase::plan);
  }
  EXPECT_EQ(profile.totals()[0].calls, 5);
  ASSERT_EQ(profile.events().size(), 3U);
  EXPECT_EQ(profile.events().back().step, 2);
  EXPECT_EQ(profile.dropped_events(), 2);
}

TEST(Profile, TimesAScope) {
  Profile profile;
  const int answer = timed(&profile, ProfilePhase::update, 5, [] { return 42; });
  {
    PhaseTimer timer(&profile, ProfilePhase::update, 1);
    timer.count(2);
  }
  EXPECT_EQ(answer, 42);
  PhaseTotals totals = profile.totals();
  EXPECT_EQ(of(totals, ProfilePhase::update).calls, 2);
  EXPECT_EQ(of(totals, ProfilePhase::update).multiply_adds, 8);
}

TEST(Profile, IsNotNeeded) {
  PhaseTimer timer(nullptr, ProfilePhase::update, 1);
  timer.count(2);
  EXPECT_EQ(timed(nullptr, ProfilePhase::update, 5, [] { return 42; }), 42);
}

TEST(ProfileTable, SaysTimeShareCallsAndSpeed) {
  PhaseTotals totals{};
  of(totals, ProfilePhase::plan) = {0.5, 4, 0};
  of(totals, ProfilePhase::forward) = {2, 10, 50e9};  // 50 GFLOP/s
  const auto lines = profile_table(totals, 10, {200e9, 2, "float32, avx512"});
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(std::vector<std::string>(lines.begin(), lines.end() - 1),
            (std::vector<std::string>{
                "phase        seconds    share     calls   GFLOP/s  of peak",
                "plan           0.500    5.0 %         4         -        -",
                "forward        2.000   20.0 %        10      50.0   25.0 %",
                "between        7.500   75.0 %         -         -        -",
                "all           10.000  100.0 %         -         -        -",
            }));
  EXPECT_TRUE(testing::says(lines.back(), {"2 threads", "200.0 GFLOP/s", "float32, avx512"}));
}

TEST(ProfileTable, DoesWithoutAPeakAndWithoutTime) {
  PhaseTotals totals{};
  of(totals, ProfilePhase::forward) = {2, 10, 50e9};
  const auto without_peak = profile_table(totals, 4, {});
  ASSERT_EQ(without_peak.size(), 4U);
  EXPECT_EQ(without_peak[1], "forward        2.000   50.0 %        10      50.0        -");
  of(totals, ProfilePhase::forward) = {0, 1, 1};
  EXPECT_EQ(profile_table(totals, 0, {1e9, 1, "x"})[1],
            "forward        0.000        -         1         -        -");
}

TEST(ChromeTrace, IsJsonWithACompleteEventForEachCall) {
  const std::vector<ProfileEvent> events = {{ProfilePhase::gather, 3, 14, 1.5, 0.25},
                                            {ProfilePhase::write, 4, 0, 2000.000001, 1e-6}};
  const Json trace = Json::parse(chrome_trace(events, 12, 5));
  EXPECT_EQ(trace.at("otherData").at("events_left_out"), 12);
  const Json& list = trace.at("traceEvents");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].at("args").at("name"), "rank 5");
  EXPECT_EQ(list[1], (Json{{"name", "gather"},
                           {"ph", "X"},
                           {"pid", 5},
                           {"tid", 0},
                           {"ts", 1.5e6},
                           {"dur", 0.25e6},
                           {"args", {{"epoch", 3}, {"step", 14}}}}));
  EXPECT_DOUBLE_EQ(list[2].at("ts").get<double>(), 2000000001.0);
  EXPECT_DOUBLE_EQ(list[2].at("dur").get<double>(), 1.0);
  EXPECT_TRUE(Json::parse(chrome_trace({}, 0, 0)).at("traceEvents").is_array());
}

}  // namespace
}  // namespace m2m
