#include "nn/graphed_call.hpp"

#include <gtest/gtest.h>

namespace m2m::nn {
namespace {

TEST(GraphedCall, GivesWhatItsFunctionGivesHoweverOftenItIsCalled) {
  GraphedCall call([](const GraphedCall::Tensors& in) { return GraphedCall::Tensors{in[0] * in[1]}; });
  for (int i = 1; i < 5; ++i) {
    const torch::Tensor a = torch::full({3}, i), b = torch::arange(3);
    EXPECT_TRUE(torch::equal(call({a, b})[0], a * b)) << i;
  }
}

TEST(GraphedCall, RepeatsOnTheSameTensorsAndLeavesTheCallersAlone) {
  GraphedCall call([](const GraphedCall::Tensors& in) {
    torch::Tensor x = in[0];
    x.add_(in[1]);
    return GraphedCall::Tensors{x};
  });
  const torch::Tensor start = torch::zeros({2}), step = torch::ones({2});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(call({start, step}, 4)[0], torch::full({2}, 4.0)));
  EXPECT_TRUE(torch::equal(start, torch::zeros({2})));
}

TEST(GraphedCall, KeepsWhatItsFunctionWritesInOnePlace) {
  GraphedCall call([](const GraphedCall::Tensors& in) { return GraphedCall::Tensors{in[0], in[1]}; });
  const void* place = call({torch::ones({2}), {}})[0].data_ptr();
  for (int i = 0; i < 3; ++i) {
    const auto made = call({torch::full({2}, i), {}});
    EXPECT_EQ(made[0].data_ptr(), place);
    EXPECT_FALSE(made[1].defined());
  }
}

}  // namespace
}  // namespace m2m::nn
