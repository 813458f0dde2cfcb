#include "core/machine.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <regex>

namespace m2m {
namespace {

TEST(Machine, HasTheNameThatTheSystemGivesIt) {
  std::array<char, 256> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  EXPECT_EQ(host_name(), name.data());
}

TEST(Machine, CountsTheCoresOfTheAffinityMask) {
  cpu_set_t all;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(affinity_cores(), CPU_COUNT(&all));
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(affinity_cores(), 1);
  ::sched_setaffinity(0, sizeof all, &all);
}

TEST(Machine, CountsTheBytesOfTheHostAndOfThisProcess) {
  const DeviceMemory memory = host_memory();
  EXPECT_GT(memory.used, 1e5);
  EXPECT_GT(memory.free, 1e6);
  EXPECT_GT(host_memory_size(), memory.free);
}

TEST(Machine, TellsTheTimeToTheMillisecond) {
  EXPECT_TRUE(std::regex_match(utc_now(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"))) << utc_now();
}

}  // namespace
}  // namespace m2m
