#pragma once
// The end of a test program.
#include <gtest/gtest.h>

namespace m2m::testing {

/// The exit code by which ctest knows a skipped test (SKIP_RETURN_CODE).
inline constexpr int skipped_code = 77;

/// True if tests were chosen and all were skipped. Pure.
inline bool all_skipped() {
  const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
  return unit.test_to_run_count() > 0 && unit.skipped_test_count() == unit.test_to_run_count();
}

/// True if the filter matched no test, which is an error of the caller. Pure.
inline bool nothing_chosen() {
  return !::testing::GTEST_FLAG(list_tests) && ::testing::UnitTest::GetInstance()->test_to_run_count() == 0;
}

}  // namespace m2m::testing
