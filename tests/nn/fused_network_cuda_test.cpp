// The networks that a fused trial freezes on a GPU beside the CPU's folded networks in bf16, which round where they
// do.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "nn/frozen_network.hpp"
#include "nn/fused_resnet.hpp"
#include "settings/choices.hpp"
#include "support/test_device.hpp"

namespace m2m::nn {
namespace {

NetworkSpec spec_with(settings::HeadKind head) {
  NetworkSpec spec{"resnet20", 10, 3, 32, 32, {0.49, 0.48, 0.45}, {0.20, 0.21, 0.22}, true, "plain"};
  spec.head = head;
  return spec;
}

std::shared_ptr<Network> network_on(torch::Device device, NetworkSpec spec) {
  spec.fused = device.is_cuda();
  auto network = make_network(spec);
  initialise(*network, {1, SeedRole::init});
  network->to(device);
  network->eval();
  return network;
}

/// Keeps the weights of convolutions as the optimiser of a trial on a GPU does.
void keep_channels_last(Network& network) {
  for (torch::Tensor& weight : network.parameters()) {
    if (weight.dim() == 4) weight.set_data(weight.detach().contiguous(at::MemoryFormat::ChannelsLast));
  }
}

/// Moves all weights and running statistics of `network`, and gives `copy` the same.
void move_both(Network& network, Network& copy) {
  const torch::NoGradGuard no_gradient;
  auto from = named_state(network), to = named_state(copy);
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    torch::Tensor values = from[i].second;
    if (!values.is_floating_point()) continue;  // a count of batches
    if (values.dim() == 1) {
      values.add_(torch::rand_like(values), 0.2);
    } else {
      values.mul_(1 + 0.1 * torch::randn_like(values));
    }
    to[i].second.copy_(values);
  }
}

struct Answers {
  torch::Tensor features, outputs, gradient;
};

Answers answers(FrozenNetwork& network, const torch::Tensor& pixels, const torch::Tensor& towards) {
  const torch::Tensor features = network.features(pixels), outputs = network.outputs_for_gradient(pixels);
  return {features.cpu(), outputs.cpu(), network.pixel_gradient(towards).cpu()};
}

double relative(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

void expect_alike(const Answers& ours, const Answers& expected) {
  // A wrong layer gives over 0.1, another order of sums under 0.005. Where rounding decides, each form has ReLU
  // decisions of its own.
  EXPECT_LT(relative(ours.features, expected.features), 1e-2);
  EXPECT_LT(relative(ours.outputs, expected.outputs), 1e-2);
  const torch::Tensor cosines = torch::cosine_similarity(ours.gradient.flatten(1), expected.gradient.flatten(1), 1);
  EXPECT_GT(cosines.min().item<double>(), 0.9) << cosines;
}

/// The rows of the head that a translation reads are those of the network as it is now.
void expect_head_of(const Network& network, const kernels::DeviceNetwork& fused, torch::Device device) {
  const Head& head = network.head();
  torch::Tensor expected = head.weight.detach();
  if (fused.is_cosine) expected = (expected / expected.norm(2, 0, true)).t();
  const torch::Tensor rows =
      torch::from_blob(const_cast<float*>(fused.head_weight), {fused.classes, expected.size(1)},
                       torch::device(device).dtype(torch::kFloat32));
  EXPECT_LT(relative(rows.cpu(), expected), 1e-6);
}

class FusedNetworkOnDevice : public ::testing::TestWithParam<settings::HeadKind> {};

TEST_P(FusedNetworkOnDevice, AnswersAsTheCpusBeforeAndAfterARefresh) {
  const torch::Device device = testing::test_device();
  if (!device.is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  const auto on_cpu = network_on(torch::kCPU, spec_with(GetParam()));
  const auto on_device = network_on(device, spec_with(GetParam()));
  keep_channels_last(*on_device);
  const auto folded = on_cpu->freeze(), fused = on_device->freeze();
  torch::manual_seed(2);
  const torch::Tensor pixels = torch::rand({3, 3, 32, 32}), towards = torch::randn({3, 10});
  std::vector<torch::Tensor> outputs;
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round);
    move_both(*on_cpu, *on_device);
    folded->refresh();
    fused->refresh();
    const Answers ours = answers(*fused, pixels.to(device), towards.to(device));
    expect_alike(ours, answers(*folded, pixels, towards));
    outputs.push_back(ours.outputs);
    expect_head_of(*on_cpu, *fused->device_network(), device);
  }
  EXPECT_GT(relative(outputs[1], outputs[0]), 0.05);
}

INSTANTIATE_TEST_SUITE_P(Heads, FusedNetworkOnDevice,
                         ::testing::Values(settings::HeadKind::linear, settings::HeadKind::cosine));

class HeadOfNoTranslationOnDevice : public ::testing::TestWithParam<bool> {};

TEST_P(HeadOfNoTranslationOnDevice, AnswersAsTheCpus) {
  const torch::Device device = testing::test_device();
  if (!device.is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  NetworkSpec spec = spec_with(settings::HeadKind::linear);
  spec.calibrated_head = GetParam();
  if (!GetParam()) spec.classes = max_fused_classes() + 1;
  const auto on_cpu = network_on(torch::kCPU, spec), on_device = network_on(device, spec);
  torch::manual_seed(2);
  move_both(*on_cpu, *on_device);
  const auto folded = on_cpu->freeze(), fused = on_device->freeze();
  EXPECT_FALSE(fused->device_network().has_value());
  const torch::Tensor pixels = torch::rand({3, 3, 32, 32}), towards = torch::randn({3, spec.classes});
  expect_alike(answers(*fused, pixels.to(device), towards.to(device)), answers(*folded, pixels, towards));
}

INSTANTIATE_TEST_SUITE_P(CalibratedAndLarge, HeadOfNoTranslationOnDevice, ::testing::Bool());

}  // namespace
}  // namespace m2m::nn
