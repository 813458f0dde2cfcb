#include "nn/network.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "settings/choices.hpp"
#include "settings/train_settings.hpp"
#include "support/said.hpp"

namespace m2m::nn {
namespace {

NetworkSpec cifar_spec(const std::string& name) {
  return {name, 10, 3, 32, 32, {0.4914, 0.4822, 0.4465}, {0.2023, 0.1994, 0.2010}};
}

std::shared_ptr<Network> initialised(const std::string& name, std::uint32_t seed) {
  auto network = make_network(cifar_spec(name));
  initialise(*network, {seed, SeedRole::init});
  return network;
}

std::int64_t parameter_count(const Network& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

TEST(ResNet, Of32LayersHas464154Parameters) {
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("resnet32"))), 464154);
}

TEST(ResNet, OfOtherDepthsHasTheParametersOfItsBlocks) {
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("resnet20"))), 269722);
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("resnet44"))), 658586);
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("resnet56"))), 853018);
}

/// Parameters of a ResNet of three stages of n blocks with w, 2 w and 4 w channels and 10 classes.
std::int64_t parameters_of_width(std::int64_t w, std::int64_t n) {
  std::int64_t count = 9 * 3 * w + 2 * w;  // the first convolution, and scale and shift of batch norm
  std::int64_t in = w;
  for (const std::int64_t out : {w, 2 * w, 4 * w}) {
    count += 9 * (in * out + (2 * n - 1) * out * out) + 2 * n * 2 * out;
    in = out;
  }
  return count + 4 * w * 10 + 10;
}

TEST(ResNet, OfAnotherWidthHasTheParametersAndMultiplyAddsOfItsChannels) {
  ASSERT_EQ(parameters_of_width(16, 5), 464154);
  NetworkSpec spec = cifar_spec("resnet32");
  const double of_16 = multiply_adds(spec) - 1024.0 * 27 * 16 - 640;
  for (const int width : {32, 48, 64}) {
    spec.first_channels = width;
    EXPECT_EQ(parameter_count(*make_network(spec)), parameters_of_width(width, 5)) << width;
    const double square = width * width / 256.0;  // all convolutions but the first
    EXPECT_DOUBLE_EQ(multiply_adds(spec) - 1024.0 * 27 * width - 40.0 * width, square * of_16) << width;
  }
  EXPECT_EQ(make_network(spec)->features(torch::rand({2, 3, 32, 32})).sizes(), (std::vector<std::int64_t>{2, 256}));
}

TEST(ResNet, LeavesNetworksOfFixedChannelsAsTheyAreAtAnyWidth) {
  NetworkSpec spec = cifar_spec("resnet18");
  const std::int64_t before = parameter_count(*make_network(spec));
  spec.first_channels = 32;
  EXPECT_EQ(parameter_count(*make_network(spec)), before);
}

/// Parameters of a ResNet of four stages with 64 to 512 channels, shortcuts by 1x1 convolutions, and 10 classes.
std::int64_t parameters_of_blocks(const std::vector<std::int64_t>& blocks) {
  std::int64_t count = 9 * 3 * 64 + 2 * 64, in = 64, out = 64;
  for (const std::int64_t n : blocks) {
    count += 9 * (in * out + (2 * n - 1) * out * out) + 2 * n * 2 * out;
    if (in != out) count += in * out + 2 * out;
    in = out;
    out *= 2;
  }
  return count + 512 * 10 + 10;
}

TEST(ProjectionResNet, HasTheParametersAndMultiplyAddsOfItsBlocks) {
  ASSERT_EQ(parameters_of_blocks({2, 2, 2, 2}), 11173962);
  ASSERT_EQ(parameters_of_blocks({3, 4, 6, 3}), 21282122);
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("resnet18"))), 11173962);
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("resnet34"))), 21282122);
  EXPECT_NEAR(multiply_adds(cifar_spec("resnet18")), 0.5559e9, 0.001e9);
  EXPECT_NEAR(multiply_adds(cifar_spec("resnet34")), 1.1597e9, 0.001e9);
}

TEST(ProjectionResNet, HalvesTheImageThreeTimesAndTakesOddOnes) {
  NetworkSpec spec = cifar_spec("resnet18");
  spec.height = 9;
  spec.width = 8;
  auto network = make_network(spec);
  EXPECT_EQ(network->forward(torch::rand({2, 3, 9, 8})).sizes(), (std::vector<std::int64_t>{2, 10}));
  EXPECT_EQ(network->features(torch::rand({2, 3, 9, 8})).sizes(), (std::vector<std::int64_t>{2, 512}));
}

TEST(PreactResNet, Of18LayersHas11172170Parameters) {
  EXPECT_EQ(parameter_count(*make_network(cifar_spec("preact18"))), 11172170);
  EXPECT_NEAR(multiply_adds(cifar_spec("preact18")), 0.5559e9, 0.001e9);
}

TEST(BottleneckResNet, Of50LayersHas25557032ParametersAndTakes4GigaMultiplyAdds) {
  NetworkSpec spec = cifar_spec("resnet50");
  spec.classes = 1000;
  spec.height = spec.width = 224;
  EXPECT_EQ(parameter_count(*make_network(spec)), 25557032);
  EXPECT_NEAR(multiply_adds(spec), 4.09e9, 0.01e9);
}

/// Logits of 4 training-mode images, and how long the gradient of their sum is.
std::pair<torch::Tensor, double> answer_of(const NetworkSpec& spec) {
  auto network = make_network(spec);
  initialise(*network, {1, SeedRole::init});
  torch::manual_seed(2);
  const torch::Tensor logits = network->forward(torch::rand({4, spec.channels, spec.height, spec.width}));
  logits.square().sum().backward();
  double squares = 0;
  for (const auto& parameter : network->parameters()) squares += parameter.grad().square().sum().item<double>();
  return {logits.detach(), std::sqrt(squares)};
}

TEST(LargerNetworks, ComputeAlikeWithOwnKernelsAndWithLibtorchAndInBfloat16) {
  for (const char* name : {"preact18", "resnet50", "resnet18", "resnet8"}) {
    NetworkSpec spec = cifar_spec(name);
    spec.first_channels = 64;
    if (name == std::string("resnet50")) spec.height = spec.width = 64;
    spec.kernels = "torch";
    const auto [plain, plain_length] = answer_of(spec);
    spec.kernels = "auto";
    const auto [own, own_length] = answer_of(spec);
    EXPECT_TRUE(torch::allclose(plain, own, 1e-2, 1e-3)) << name;
    EXPECT_NEAR(own_length / plain_length, 1, 0.02) << name;
    spec.bfloat16 = true;
    const auto [rounded, rounded_length] = answer_of(spec);
    EXPECT_GT(torch::cosine_similarity(plain.flatten(), rounded.flatten(), 0).item<double>(), 0.9) << name;
    EXPECT_NEAR(rounded_length / plain_length, 1, 0.3) << name;
  }
}

TEST(LargerNetworks, TakePicturesOf64PixelsAtFourTimesTheCost) {
  NetworkSpec spec = cifar_spec("preact18");
  spec.classes = 200;
  const double small = multiply_adds(spec) - 512 * 200;  // without the head
  spec.height = spec.width = 64;
  EXPECT_EQ(multiply_adds(spec) - 512 * 200, 4 * small);
  EXPECT_EQ(answer_of(spec).first.sizes(), (std::vector<std::int64_t>{4, 200}));
}

TEST(Mlp, MultipliesInBfloat16WhereItIsAskedTo) {
  NetworkSpec spec = cifar_spec("mlp");
  const torch::Tensor exact = answer_of(spec).first;
  spec.bfloat16 = true;
  const torch::Tensor rounded = answer_of(spec).first;
  EXPECT_FALSE(torch::equal(exact, rounded));
  EXPECT_TRUE(torch::allclose(exact, rounded, 0.05, 0.05));
}

TEST(TakesFeatures, IsSaidOfTheMlpAlone) {
  for (const std::string& name : settings::network_names())
    EXPECT_EQ(settings::find_network(name).takes_features, name == "mlp") << name;
}

TEST(ResNet, Of32LayersTakes69MillionMultiplyAdds) {
  EXPECT_NEAR(multiply_adds(cifar_spec("resnet32")), 68.86e6, 0.01e6);
}

TEST(ResNet, BearsTheAuthorsParameterNames) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : named_state(*make_network(cifar_spec("resnet32")))) names.push_back(name);
  for (const char* name : {"conv_1_3x3.weight", "bn_1.running_mean", "stage_1.0.conv_a.weight",
                           "stage_2.4.bn_b.bias", "stage_3.0.bn_a.running_var", "linear.weight", "linear.bias"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

TEST(ResNet, HalvesOddAndEvenImages) {
  NetworkSpec spec = cifar_spec("resnet8");
  for (int side : {7, 8}) {
    spec.height = spec.width = side;
    EXPECT_EQ(make_network(spec)->forward(torch::rand({2, 3, side, side})).sizes(),
              (std::vector<std::int64_t>{2, 10}));
  }
}

TEST(Network, ClampsPixelsBeforeAnythingElse) {
  auto network = initialised("mlp", 1);
  const torch::Tensor wild = torch::randn({4, 3, 32, 32}) * 3;
  EXPECT_TRUE(torch::equal(network->forward(wild), network->forward(wild.clamp(0, 1))));
}

TEST(Network, NormalisesByTheSetsMeanAndDeviation) {
  auto network = initialised("mlp", 1);
  NetworkSpec plain = cifar_spec("mlp");
  plain.mean = {0, 0, 0};
  plain.std = {1, 1, 1};
  auto other = make_network(plain);
  initialise(*other, {1, SeedRole::init});
  const torch::Tensor mean = torch::tensor({0.4914, 0.4822, 0.4465}, torch::kFloat32).view({1, 3, 1, 1});
  const torch::Tensor zero = torch::zeros({1, 3, 32, 32});
  EXPECT_TRUE(torch::allclose(network->forward(zero + mean), other->forward(zero), 1e-5, 1e-5));
}

TEST(Initialise, IsTheSameForTheSameKeyAndAnotherForAnother) {
  const auto a = named_state(*initialised("resnet32", 3));
  const auto b = named_state(*initialised("resnet32", 3));
  const auto c = named_state(*initialised("resnet32", 4));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  EXPECT_FALSE(torch::equal(a[0].second, c[0].second));
}

TEST(Initialise, GivesConvolutionsTheDeviationOfTheirFanOut) {
  const auto network = initialised("resnet32", 5);
  const torch::Tensor weight = network->named_parameters()["stage_3.4.conv_b.weight"];
  EXPECT_NEAR(weight.std().item<double>(), std::sqrt(2.0 / (9 * 64)), 0.001);
  EXPECT_NEAR(weight.mean().item<double>(), 0, 0.001);
}

TEST(Initialise, GivesTheLinearLayerTheDeviationOfItsFanInAndZeroBias) {
  const auto network = initialised("resnet32", 5);
  EXPECT_NEAR(network->named_parameters()["linear.weight"].std().item<double>(), std::sqrt(2.0 / 64), 0.02);
  EXPECT_EQ(network->named_parameters()["linear.bias"].abs().max().item<double>(), 0);
}

TEST(Initialise, GivesACosineHeadVectorsOfLengthOne) {
  NetworkSpec spec = cifar_spec("resnet8");
  spec.head = settings::HeadKind::cosine;
  auto network = make_network(spec);
  initialise(*network, {1, SeedRole::init});
  EXPECT_TRUE(torch::allclose(network->head().weight.norm(2, 0), torch::ones({10}), 1e-5, 1e-5));
}

TEST(Initialise, LeavesACalibrationAsItBegins) {
  NetworkSpec spec = cifar_spec("resnet8");
  spec.calibrated_head = true;
  auto network = make_network(spec);
  initialise(*network, {1, SeedRole::init});
  EXPECT_TRUE(torch::equal(network->head().calibration.margins, torch::zeros({10})));
  EXPECT_TRUE(torch::equal(network->head().calibration.magnitudes, torch::ones({10})));
  EXPECT_TRUE(torch::equal(network->named_parameters()["linear.confidence"], torch::full({64}, 0.1)));
}

TEST(InitialiseHead, ChangesTheHeadAndNothingElse) {
  auto network = initialised("resnet8", 1);
  std::map<std::string, torch::Tensor> before;
  for (const auto& [name, tensor] : named_state(*network)) before[name] = tensor.clone();
  initialise_head(*network, {1, SeedRole::init});
  for (const auto& [name, tensor] : named_state(*network)) {
    EXPECT_EQ(torch::equal(tensor, before[name]), name != "linear.weight") << name;
  }
}

TEST(LoadState, RestoresEveryTensorInPlace) {
  auto from = initialised("resnet8", 1);
  auto to = initialised("resnet8", 2);
  std::map<std::string, torch::Tensor> state;
  for (const auto& [name, tensor] : named_state(*from)) state[name] = tensor;
  const void* before = to->parameters()[0].data_ptr();
  load_state(*to, state, "file");
  EXPECT_EQ(to->parameters()[0].data_ptr(), before);
  const torch::Tensor pixels = torch::rand({2, 3, 32, 32});
  from->eval();
  to->eval();
  EXPECT_TRUE(torch::equal(from->forward(pixels), to->forward(pixels)));
}

std::string refusal(std::map<std::string, torch::Tensor> state) {
  auto network = make_network(cifar_spec("mlp"));
  return testing::complaint([&] { load_state(*network, state, "some.safetensors"); }, ExitCode::bad_data);
}

TEST(LoadState, NamesTheTensorThatIsMissingLeftOverOrOfAnotherShape) {
  std::map<std::string, torch::Tensor> whole;
  for (const auto& [name, tensor] : named_state(*make_network(cifar_spec("mlp")))) whole[name] = tensor;
  auto missing = whole;
  missing.erase("linear.bias");
  EXPECT_NE(refusal(missing).find("linear.bias"), std::string::npos);
  auto extra = whole;
  extra["stage_9.weight"] = torch::zeros({1});
  EXPECT_NE(refusal(extra).find("stage_9.weight"), std::string::npos);
  auto reshaped = whole;
  reshaped["linear.bias"] = torch::zeros({11});
  EXPECT_NE(refusal(reshaped).find("expected [10]"), std::string::npos);
}

TEST(MakeNetwork, RefusesAnUnknownNameAndListsTheKnown) {
  try {
    make_network(cifar_spec("resnet33"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("resnet32"), std::string::npos);
  }
}

}  // namespace
}  // namespace m2m::nn
