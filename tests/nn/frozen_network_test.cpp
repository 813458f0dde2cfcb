#include "nn/frozen_network.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "core/instruction_set.hpp"
#include "nn/folded_operations.hpp"
#include "nn/folded_resnet.hpp"
#include "settings/choices.hpp"

namespace m2m::nn {
namespace {

/// A network whose running statistics and batch norms are not those of a new one.
std::shared_ptr<Network> lived_in(const NetworkSpec& spec, std::uint32_t seed = 1) {
  auto network = make_network(spec);
  initialise(*network, {seed, SeedRole::init});
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(seed);
  for (auto& item : network->named_parameters()) {
    if (item.value().dim() == 1) item.value().add_(0.3 * torch::rand_like(item.value()));
  }
  network->train();
  for (int i = 0; i < 5; ++i) network->forward(torch::rand({16, spec.channels, spec.height, spec.width}));
  network->eval();
  return network;
}

NetworkSpec cifar(const std::string& name) {
  return {name, 10, 3, 32, 32, {0.4914, 0.4822, 0.4465}, {0.2023, 0.1994, 0.2010}};
}
NetworkSpec digits() { return {"resnet8", 4, 1, 8, 8, {0.3}, {0.25}}; }
NetworkSpec odd() { return {"resnet8", 3, 3, 7, 13, {0.4, 0.5, 0.6}, {0.2, 0.3, 0.25}}; }

struct Answers {
  torch::Tensor logits, gradient;
};

Answers answers(FrozenNetwork& frozen, const torch::Tensor& pixels) {
  const torch::Tensor logits = frozen.outputs_for_gradient(pixels);
  torch::manual_seed(9);
  return {logits, frozen.pixel_gradient(torch::randn_like(logits))};
}

std::map<std::string, torch::Tensor> state_of(const Network& network) {
  const auto named = named_state(network);
  return {named.begin(), named.end()};
}

/// Those of a network like `network` that computes with `kernels`.
Answers answers(const Network& network, const torch::Tensor& pixels, const std::string& kernels,
                bool bfloat16 = false) {
  NetworkSpec spec = network.spec();
  spec.kernels = kernels;
  spec.bfloat16 = bfloat16;
  const auto same = make_network(spec);
  load_state(*same, state_of(network), "memory");
  const auto frozen = same->freeze();
  frozen->refresh();
  return answers(*frozen, pixels);
}

torch::Tensor cosine_per_image(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::cosine_similarity(a.flatten(1), b.flatten(1), 1);
}

double most(const torch::Tensor& a) { return a.abs().max().item<double>(); }

TEST(FrozenNetwork, FoldedInFloat32AnswersAsTheNetworkItselfWithEveryInstructionSet) {
  NetworkSpec cosines = digits();
  cosines.head = settings::HeadKind::cosine;
  for (const NetworkSpec& spec : {cifar("resnet32"), digits(), odd(), cosines}) {
    const auto network = lived_in(spec);
    const torch::Tensor pixels = torch::rand({3, spec.channels, spec.height, spec.width});
    const Answers plain = answers(*network, pixels, "torch");
    for (InstructionSet set : supported_instruction_sets()) {
      SCOPED_TRACE(spec.name + " " + to_text(set));
      const Answers folded = answers(*network, pixels, to_text(set));
      EXPECT_LT(most(folded.logits - plain.logits), 1e-4 * most(plain.logits));
      EXPECT_GT(cosine_per_image(folded.gradient, plain.gradient).min().item<double>(), 0.99999);
      EXPECT_LT(most(folded.gradient - plain.gradient), 1e-2 * most(plain.gradient));
    }
  }
}

NetworkSpec wide(int first_channels) {
  NetworkSpec spec = cifar("resnet8");
  spec.first_channels = first_channels;
  return spec;
}

TEST(FrozenNetwork, OfAnyWidthAnswersAsTheNetworkItselfWithEveryInstructionSet) {
  for (const int first_channels : {32, 48, 64}) {
    const NetworkSpec spec = wide(first_channels);
    const auto network = lived_in(spec);
    const torch::Tensor pixels = torch::rand({3, 3, 32, 32});
    const Answers plain = answers(*network, pixels, "torch");
    for (InstructionSet set : supported_instruction_sets()) {
      SCOPED_TRACE(std::to_string(first_channels) + " " + to_text(set));
      const Answers folded = answers(*network, pixels, to_text(set));
      EXPECT_LT(most(folded.logits - plain.logits), 1e-4 * most(plain.logits));
      EXPECT_GT(cosine_per_image(folded.gradient, plain.gradient).min().item<double>(), 0.9999);
    }
  }
}

TEST(FrozenNetwork, InBfloat16AnswersNearlyAsInFloat32) {
  for (const NetworkSpec& spec : {cifar("resnet32"), digits(), wide(64)}) {
    const auto network = lived_in(spec);
    const torch::Tensor pixels = torch::rand({8, spec.channels, spec.height, spec.width});
    const Answers exact = answers(*network, pixels, "auto");
    for (InstructionSet set : supported_instruction_sets()) {
      SCOPED_TRACE(spec.name + " " + to_text(set));
      const Answers coarse = answers(*network, pixels, to_text(set), true);
      EXPECT_LT(most(coarse.logits - exact.logits), 0.05 * most(exact.logits));
      // Of untrained weights: hardly a ReLU is far from its boundary. Trained ones are in parity_test.
      EXPECT_GT(cosine_per_image(coarse.gradient, exact.gradient).min().item<double>(), 0.9);
    }
  }
}

TEST(FrozenNetwork, FoldedInFloat64IsTheNetworkItself) {
  for (const NetworkSpec& spec : {cifar("resnet8"), digits(), odd(), wide(48)}) {
    const auto network = lived_in(spec);
    network->to(torch::kFloat64);
    torch::Tensor pixels = torch::rand({3, spec.channels, spec.height, spec.width}, torch::kFloat64);
    pixels.index_put_({0, 0, 3, 4}, 1.5);
    pixels.index_put_({1, 0, 3, 4}, 1.0);
    pixels.index_put_({2, 0, 3, 4}, 0.0);
    FrozenAutograd plain(*network);
    const auto folded = network->freeze();
    folded->refresh();
    const Answers expected = answers(plain, pixels), got = answers(*folded, pixels);
    EXPECT_LT(most(got.logits - expected.logits), 1e-12 * most(expected.logits));
    EXPECT_LT(most(got.gradient - expected.gradient), 1e-12 * most(expected.gradient));
    EXPECT_TRUE(torch::equal(folded->outputs(pixels), got.logits));
  }
}

TEST(FrozenNetwork, FoldsWeightsThatAreKeptChannelsLastToTheSame) {
  const auto network = lived_in(cifar("resnet8"));
  network->to(torch::kFloat64);
  const torch::Tensor pixels = torch::rand({3, 3, 32, 32}, torch::kFloat64);
  const auto planar = network->freeze();
  const Answers expected = answers(*planar, pixels);
  for (torch::Tensor& weight : network->parameters()) {
    if (weight.dim() == 4) weight.set_data(weight.contiguous(at::MemoryFormat::ChannelsLast));
  }
  const auto last = network->freeze();
  const Answers got = answers(*last, pixels);
  EXPECT_TRUE(torch::equal(got.logits, expected.logits));
  EXPECT_TRUE(torch::equal(got.gradient, expected.gradient));
}

TEST(FrozenNetwork, GivesPixelsAtTheirBoundsTheGradientOfThoseInside) {
  const auto network = lived_in(digits());
  network->to(torch::kFloat64);
  torch::Tensor inside = torch::rand({2, 1, 8, 8}, torch::kFloat64), at_bounds = inside.clone();
  for (const auto& [row, value, nearly] : {std::tuple{1, 0.0, 1e-12}, std::tuple{6, 1.0, 1 - 1e-12}}) {
    inside.index_put_({torch::indexing::Slice(), 0, row}, nearly);
    at_bounds.index_put_({torch::indexing::Slice(), 0, row}, value);
  }
  FrozenAutograd frozen(*network);
  const torch::Tensor expected = answers(frozen, inside).gradient;
  EXPECT_GT(expected.select(2, 1).abs().min().item<double>(), 1e-6);
  EXPECT_LT(most(answers(frozen, at_bounds).gradient - expected), 1e-9 * most(expected));
}

TEST(FrozenNetwork, GivesNoGradientToPixelsThatAreClamped) {
  const auto network = lived_in(digits());
  torch::Tensor pixels = torch::rand({2, 1, 8, 8});
  pixels.index_put_({0, 0, 3, 4}, 1.5);
  pixels.index_put_({1, 0, 0, 0}, -0.1);
  const Answers folded = answers(*network, pixels, "auto");
  EXPECT_EQ(folded.gradient[0][0][3][4].item<float>(), 0);
  EXPECT_EQ(folded.gradient[1][0][0][0].item<float>(), 0);
  EXPECT_NE(folded.gradient[1][0][3][4].item<float>(), 0);
}

TEST(FrozenNetwork, IsTheNetworkOfItsLastRefresh) {
  const auto network = lived_in(digits());
  const auto frozen = network->freeze();
  frozen->refresh();
  const torch::Tensor pixels = torch::rand({4, 1, 8, 8});
  const torch::Tensor before = frozen->outputs(pixels);
  {
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& parameter : network->parameters()) parameter.mul_(0.9);
  }
  EXPECT_TRUE(torch::equal(frozen->outputs(pixels), before));
  frozen->refresh();
  EXPECT_FALSE(torch::equal(frozen->outputs(pixels), before));
  EXPECT_LT(most(frozen->outputs(pixels) - network->forward(pixels)), 1e-5);
}

TEST(FrozenNetwork, AnswersForAnImageAloneAsAmongOthersAndWithAnyNumberOfThreads) {
  const auto network = lived_in(cifar("resnet8"));
  const torch::Tensor pixels = torch::rand({5, 3, 32, 32});
  const Answers all = answers(*network, pixels, "auto");
  const auto frozen = network->freeze();
  frozen->refresh();
  EXPECT_TRUE(torch::allclose(frozen->outputs(pixels.narrow(0, 3, 1)), all.logits.narrow(0, 3, 1), 1e-6, 1e-6));
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  const Answers again = answers(*network, pixels, "auto");
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::allclose(all.logits, again.logits, 1e-6, 1e-6));
  EXPECT_TRUE(torch::allclose(all.gradient, again.gradient, 1e-5, 1e-6));
}

TEST(FrozenNetwork, OfNoImagesHasNoAnswers) {
  const auto network = lived_in(digits());
  const Answers none = answers(*network, torch::rand({0, 1, 8, 8}), "auto");
  EXPECT_EQ(none.logits.sizes(), (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(none.gradient.sizes(), (std::vector<std::int64_t>{0, 1, 8, 8}));
}

TEST(FrozenNetwork, LeavesTheNetworkItsModeAndItsGradients) {
  for (const char* kernels : {"torch", "auto"}) {
    NetworkSpec spec = digits();
    spec.kernels = kernels;
    const auto network = lived_in(spec);
    network->train();
    const torch::Tensor statistics = network->named_buffers()["bn_1.running_mean"].clone();
    const auto frozen = network->freeze();
    frozen->refresh();
    answers(*frozen, torch::rand({4, 1, 8, 8}));
    EXPECT_TRUE(network->is_training());
    EXPECT_TRUE(torch::equal(network->named_buffers()["bn_1.running_mean"], statistics));
    for (const torch::Tensor& parameter : network->parameters()) EXPECT_FALSE(parameter.grad().defined());
  }
}

TEST(FrozenNetwork, OfOtherKindsRunsAsItIs) {
  const NetworkSpec spec{"mlp", 4, 1, 8, 8, {0.3}, {0.25}};
  const auto network = lived_in(spec);
  const torch::Tensor pixels = torch::rand({4, 1, 8, 8});
  const auto frozen = network->freeze();
  frozen->refresh();
  EXPECT_TRUE(torch::equal(frozen->outputs(pixels), network->forward(pixels)));
}

template <typename Form>
bool is_frozen_as(const NetworkSpec& spec, torch::Dtype precision = torch::kFloat32) {
  const auto network = make_network(spec);
  network->to(precision);
  return dynamic_cast<const Form*>(network->freeze().get()) != nullptr;
}

TEST(FrozenNetwork, TakesTheFormThatAnswersFastest) {
  NetworkSpec spec{"resnet8", 4, 1, 8, 8, {0.3}, {0.25}};
  EXPECT_TRUE(is_frozen_as<FoldedResNet<float>>(spec));
  EXPECT_TRUE(is_frozen_as<FoldedOperations>(spec, torch::kFloat64));
  spec.bfloat16 = true;
  EXPECT_TRUE(is_frozen_as<FoldedResNet<kernels::Bf16>>(spec));
  spec.kernels = "torch";
  EXPECT_TRUE(is_frozen_as<FrozenAutograd>(spec));
  EXPECT_TRUE(is_frozen_as<FrozenAutograd>({"mlp", 4, 1, 8, 8, {0.3}, {0.25}}));
}

}  // namespace
}  // namespace m2m::nn
