#include "core/activity.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "core/profile.hpp"

namespace m2m {
namespace {

TEST(Activity, IsThePhaseThatItsThreadIsIn) {
  const Activity activity;
  EXPECT_EQ(std::string(activity.what()), "");
  {
    const PhaseTimer timer(nullptr, ProfilePhase::reduce);
    EXPECT_EQ(std::string(activity.what()), "reduce");
  }
  EXPECT_EQ(std::string(activity.what()), "");
}

TEST(Activity, IsNotThatOfAnotherThread) {
  const Activity activity;
  std::thread([] { Activity::set("elsewhere"); }).join();
  EXPECT_EQ(std::string(activity.what()), "");
}

}  // namespace
}  // namespace m2m
