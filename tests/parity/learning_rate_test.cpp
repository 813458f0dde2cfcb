// The learning rate of each epoch.
#include "parity/golden_fixture.hpp"
#include "train/sgd.hpp"

namespace m2m::parity {
namespace {

class Parity : public GoldenTest {};

TEST_F(Parity, LearningRate) {
  if (lacks({"learning_rate"})) GTEST_SKIP() << what_is_lacking();
  const std::vector<double> theirs = golden().numbers("learning_rate");
  for (std::size_t epoch = 0; epoch < theirs.size(); ++epoch) {
    const std::string name = "learning rate of epoch " + std::to_string(epoch);
    expect_close(train::learning_rate(train::Schedule{}, static_cast<int>(epoch)), theirs[epoch], tight, name);
  }
}

}  // namespace
}  // namespace m2m::parity
