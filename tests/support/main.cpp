// The main function of test programs without MPI.
#include <cstdio>

#include "support/test_end.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  if (m2m::testing::nothing_chosen()) {
    std::fprintf(stderr, "the filter matches no test\n");
    return 2;
  }
  return failed == 0 && m2m::testing::all_skipped() ? m2m::testing::skipped_code : failed;
}
