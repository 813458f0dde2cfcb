#pragma once
// How a program of tests ends.
#include <gtest/gtest.h>

namespace m2m::testing {

/// What ctest takes for a skipped test (SKIP_RETURN_CODE).
inline constexpr int skipped_code = 77;

/// Whether tests were chosen and each of them said that it is skipped. Pure.
inline bool all_skipped() {
  const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
  return unit.test_to_run_count() > 0 && unit.skipped_test_count() == unit.test_to_run_count();
}

/// Whether a filter chose no test at all: a mistake, since what was asked for has not been tested. Pure.
inline bool nothing_chosen() {
  return !::testing::GTEST_FLAG(list_tests) && ::testing::UnitTest::GetInstance()->test_to_run_count() == 0;
}

}  // namespace m2m::testing
