// A whole training step in emulated blocks against autograd in float64, beside the program's own pass in bf16.
#include <gtest/gtest.h>
#include <torch/nn/functional/loss.h>
#include <torch/types.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nn/resnet.hpp"
#include "support/emulated_training.hpp"

namespace m2m::nn {
namespace {

using testing::EmulatedTraining;
using testing::TrainedLayer;

/// What a step gives, in float64: loss and features, gradients of parameters, and the running statistics behind it.
struct StepNumbers {
  torch::Tensor loss, features;
  std::map<std::string, torch::Tensor> gradients, statistics;
};

/// A batch and a network in the middle of training, weights as Bf16 holds them.
struct StepCase {
  StepCase(const std::string& network, int images)
      : spec{network, 10, 3, 32, 32, {0.49, 0.48, 0.45}, {0.2, 0.21, 0.22}} {
    torch::manual_seed(4);
    pixels = torch::rand({images, 3, 32, 32});
    labels = torch::arange(images) % 10;
    const auto made = make_network(spec);
    initialise(*made, {1, SeedRole::init});
    for (auto& [name, tensor] : named_state(*made)) {
      torch::Tensor value = tensor.clone();
      if (value.dim() == 4) value = value.to(torch::kBFloat16).to(torch::kFloat32);
      if (name.find("bn_") != std::string::npos && value.dim() == 1) value += 0.2 * torch::rand_like(value);
      state[name] = value;
    }
  }

  /// By autograd. is_bfloat16: as the program trains in bf16 on a CPU; else in float64.
  StepNumbers by_autograd(bool is_bfloat16) const {
    NetworkSpec of_pass = spec;
    of_pass.bfloat16 = is_bfloat16;
    of_pass.kernels = is_bfloat16 ? "plain" : "torch";
    const auto network = make_network(of_pass);
    load_state(*network, state, "the case");
    if (!is_bfloat16) network->to(torch::kFloat64);
    network->train();
    StepNumbers numbers;
    const torch::Tensor features = network->features(is_bfloat16 ? pixels : pixels.to(torch::kFloat64));
    const torch::Tensor loss = loss_of(features, network->head());
    loss.backward();
    numbers.loss = loss.detach().to(torch::kFloat64);
    numbers.features = features.detach().to(torch::kFloat64);
    for (const auto& item : network->named_parameters())
      numbers.gradients[item.key()] = item.value().grad().to(torch::kFloat64);
    for (const auto& item : network->named_buffers())
      numbers.statistics[item.key()] = item.value().to(torch::kFloat64);
    return numbers;
  }

  torch::Tensor loss_of(const torch::Tensor& features, const Head& head) const {
    return torch::nn::functional::cross_entropy(torch::linear(features, head.weight, head.bias), labels);
  }

  NetworkSpec spec;
  torch::Tensor pixels, labels;
  std::map<std::string, torch::Tensor> state;
};

/// The names of convolution and batch norm of each layer.
std::vector<std::pair<std::string, std::string>> layer_names(int blocks) {
  std::vector<std::pair<std::string, std::string>> names{{"conv_1_3x3", "bn_1"}};
  for (int i = 0; i < 3 * blocks; ++i) {
    const std::string block = "stage_" + std::to_string(i / blocks + 1) + "." + std::to_string(i % blocks) + ".";
    names.emplace_back(block + "conv_a", block + "bn_a");
    names.emplace_back(block + "conv_b", block + "bn_b");
  }
  return names;
}

std::vector<float> to_vector(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kFloat32).contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

torch::Tensor to_tensor(const std::vector<float>& values) {
  return torch::tensor(values, torch::kFloat32).to(torch::kFloat64);
}

/// [n][side][side][channels] -> [n, channels, side, side]
torch::Tensor to_tensor(const testing::Activations& values, int side, int channels) {
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(values.size())}, torch::kFloat64);
  for (std::size_t i = 0; i < values.size(); ++i) tensor.data_ptr<double>()[i] = values[i];
  return tensor.view({-1, side, side, channels}).permute({0, 3, 1, 2}).contiguous();
}

/// The gradient of a convolution's weight from what the step stored for it.
torch::Tensor weight_gradient(const TrainedLayer& layer, const torch::Tensor& weight) {
  const auto& s = layer.sizes;
  const torch::Tensor x = to_tensor(layer.x, s.in_side(), s.in_channels).narrow(1, 0, weight.size(1));
  const torch::Tensor dy = to_tensor(layer.dy, s.out_side, s.out_channels);
  const auto gradients =
      at::convolution_backward(dy, x.contiguous(), weight.to(torch::kFloat64), std::nullopt, {s.stride, s.stride},
                               {1, 1}, {1, 1}, false, {0, 0}, 1, {false, true, false});
  return std::get<1>(gradients);
}

/// In emulated blocks; head and loss in float64.
StepNumbers in_blocks(const StepCase& of, int blocks) {
  EmulatedTraining step(blocks, static_cast<int>(of.pixels.size(0)));
  const auto names = layer_names(blocks);
  for (std::size_t i = 0; i < names.size(); ++i) {
    TrainedLayer& layer = step.layers[i];
    const auto of_norm = [&](const char* name) { return to_vector(of.state.at(names[i].second + name)); };
    const torch::Tensor weight = of.state.at(names[i].first + ".weight");
    layer.pack(to_vector(weight.permute({0, 2, 3, 1})), static_cast<int>(weight.size(1)));
    layer.gamma = of_norm(".weight");
    layer.beta = of_norm(".bias");
    layer.running_mean = of_norm(".running_mean");
    layer.running_variance = of_norm(".running_var");
  }
  step.pixels = to_vector(of.pixels);
  step.pixel_mean = to_vector(torch::tensor(of.spec.mean));
  step.pixel_inverse_deviation = to_vector(1 / torch::tensor(of.spec.std));
  step.run_forward();
  StepNumbers numbers;
  const auto network = make_network(of.spec);
  load_state(*network, of.state, "the case");
  network->to(torch::kFloat64);
  numbers.features = to_tensor(step.features).view({-1, 64});
  torch::Tensor features = numbers.features.clone().requires_grad_();
  numbers.loss = of.loss_of(features, network->head());
  numbers.loss.backward();
  step.feature_gradient = to_vector(features.grad());
  step.run_backward();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const TrainedLayer& layer = step.layers[i];
    const auto& [conv, norm] = names[i];
    numbers.gradients[conv + ".weight"] = weight_gradient(layer, of.state.at(conv + ".weight"));
    numbers.gradients[norm + ".weight"] = to_tensor(layer.gamma_gradient);
    numbers.gradients[norm + ".bias"] = to_tensor(layer.beta_gradient);
    numbers.statistics[norm + ".running_mean"] = to_tensor(layer.running_mean);
    numbers.statistics[norm + ".running_var"] = to_tensor(layer.running_variance);
  }
  return numbers;
}

double relative(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

/// The root mean square of the relative errors of all tensors that `got` has.
double mean_error(const std::map<std::string, torch::Tensor>& got,
                  const std::map<std::string, torch::Tensor>& exact) {
  double squares = 0;
  for (const auto& [name, tensor] : got) squares += std::pow(relative(tensor, exact.at(name)), 2);
  return std::sqrt(squares / static_cast<double>(got.size()));
}

/// Of some tensors the ones that others have too.
std::map<std::string, torch::Tensor> common(const std::map<std::string, torch::Tensor>& all,
                                            const std::map<std::string, torch::Tensor>& others) {
  std::map<std::string, torch::Tensor> kept;
  for (const auto& [name, tensor] : all) {
    if (others.count(name) > 0) kept[name] = tensor;
  }
  return kept;
}

/// Roundings to Bf16 add up and decide ReLUs, which a gradient depends on. So the step is held against the
/// program's own pass, which rounds in about the same places: it must lie about as near to float64.
void compare(const std::string& network, int blocks, int images) {
  SCOPED_TRACE(network);
  const StepCase of(network, images);
  const StepNumbers exact = of.by_autograd(false), rounded = of.by_autograd(true), fused = in_blocks(of, blocks);
  const auto expect_near = [](const char* what, double error, double of_rounded) {
    EXPECT_LT(error, 1.25 * of_rounded) << what;
    EXPECT_GT(error, 0) << what;  // Bf16 is not float64
  };
  EXPECT_LT(relative(fused.loss, exact.loss), 5e-3);
  expect_near("features", relative(fused.features, exact.features), relative(rounded.features, exact.features));
  expect_near("statistics", mean_error(fused.statistics, exact.statistics),
              mean_error(common(rounded.statistics, fused.statistics), exact.statistics));
  expect_near("gradients", mean_error(fused.gradients, exact.gradients),
              mean_error(common(rounded.gradients, fused.gradients), exact.gradients));
}

TEST(TrainingStepOfANetwork, LiesAsNearToFloat64AsTheProgramsPassInBfloat16) {
  compare("resnet20", 3, 3);
  compare("resnet32", 5, 3);
}

TEST(TrainingStepOfANetwork, LiesAsNearToFloat64WithTheBatchesOfAnEpoch) {
  compare("resnet20", 3, 76);
  compare("resnet20", 3, 128);
}

TEST(TrainingStepOfANetwork, LiesAsNearToFloat64IfTheNetworkIsDeep) {
  compare("resnet44", 7, 3);
  compare("resnet56", 9, 3);
}

}  // namespace
}  // namespace m2m::nn
