#include "nn/device.hpp"

#include <ATen/Context.h>
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
  GraphedCall call([](const GraphedCall::Tensors& in) { return GraphedCall::Tensors{in[0].add_(in[1])}; });
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

TEST(Upload, BringsEachPieceAsWhatItIs) {
  Upload upload;
  const std::vector<std::int64_t> labels{3, 1, 2};
  const std::vector<std::uint8_t> coins{1, 0, 1, 1, 0};
  const std::vector<double> scales{0.5};
  const std::vector<std::int32_t> slots{7, 8, 9};
  const UploadSlice of_labels = upload.add(std::span<const std::int64_t>(labels));
  const UploadSlice of_coins = upload.add(std::span<const std::uint8_t>(coins), torch::kBool);
  const UploadSlice of_nothing = upload.add(std::span<const double>());
  const UploadSlice of_scales = upload.add(std::span<const double>(scales));
  const UploadSlice of_slots = upload.add(std::span<const std::int32_t>(slots));
  upload.send(torch::kCPU);
  EXPECT_TRUE(torch::equal(upload[of_labels], torch::tensor(labels, torch::kInt64)));
  EXPECT_TRUE(torch::equal(upload[of_coins], torch::tensor({true, false, true, true, false})));
  EXPECT_EQ(upload[of_nothing].numel(), 0);
  EXPECT_TRUE(torch::equal(upload[of_scales], torch::tensor(scales, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(upload[of_slots], torch::tensor(slots, torch::kInt32)));
}

TEST(Upload, OfNothingIsEmpty) {
  Upload upload;
  const UploadSlice nothing = upload.add(std::span<const std::int64_t>());
  upload.send(torch::kCPU);
  EXPECT_EQ(upload[nothing].numel(), 0);
}

TEST(Upload, KeepsItsMemoryForThePiecesThatAreOut) {
  torch::Tensor piece;
  {
    Upload upload;
    const std::vector<double> values(1000, 2.5);
    const UploadSlice noted = upload.add(std::span<const double>(values));
    upload.send(torch::kCPU);
    piece = upload[noted];
  }
  EXPECT_EQ(piece.sum().item<double>(), 2500);
}

TEST(Tf32, IsOnOrOffForConvolutionsAndMatrixProductsAlike) {
  for (const bool allowed : {true, false, false, true, false}) {
    allow_tf32(allowed);
    EXPECT_EQ(at::globalContext().allowTF32CuDNN(), allowed);
    EXPECT_EQ(at::globalContext().allowTF32CuBLAS(), allowed);
  }
}

TEST(GpuTrouble, IsADriverOfAnOlderMajorVersion) {
  EXPECT_EQ(driver_trouble(13000, 13000), "");
  EXPECT_EQ(driver_trouble(13010, 13000), "");
  EXPECT_EQ(driver_trouble(13000, 13020), "") << "minor versions of one major version go together";
  EXPECT_EQ(driver_trouble(0, 13000), "") << "without a driver there is no GPU to be in trouble with";
  EXPECT_NE(driver_trouble(12040, 13000).find("CUDA 12.4"), std::string::npos);
}

TEST(GpuTrouble, OfAnArchitectureNamesTheOptionThatBuildsForIt) {
  EXPECT_NE(architecture_trouble("Tesla T4", 7, 5).find("CMAKE_CUDA_ARCHITECTURES=75"), std::string::npos);
}

TEST(GpuTrouble, IsNoneWithoutAGpuOrWithAGoodOne) { EXPECT_EQ(gpu_trouble(), ""); }

}  // namespace
}  // namespace m2m::nn
