// In test programs with libtorch, every test begins with the same random numbers, whichever tests ran before it.
#include <gtest/gtest.h>
#include <torch/utils.h>

namespace m2m::testing {
namespace {

// libtorch seeds its generator from the system, so a test near its tolerance would fail once in a thousand runs.
class SeedOfEachTest : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo& /*test*/) override { torch::manual_seed(1); }
};

[[maybe_unused]] const bool is_listening = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new SeedOfEachTest);  // which takes it over
  return true;
}();

}  // namespace
}  // namespace m2m::testing
