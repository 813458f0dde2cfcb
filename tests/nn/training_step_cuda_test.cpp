// Every launch of a training step on a GPU, each from the numbers that emulated blocks leave in front of it.
#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/training_step.hpp"
#include "support/test_device.hpp"
#include "support/training_case.hpp"

namespace m2m::nn {
namespace {

using testing::Activations;
using testing::EmulatedTraining;
using testing::TrainedLayer;
using testing::training_case;

/// Copies of arrays on the device.
class DeviceCopies {
 public:
  template <typename T>
  T* add(std::vector<T>& host) {
    return add(host.data(), host.size());
  }
  kernels::Words4* add(Activations& host) { return add(host.words(), host.size() / 8); }

  /// Replaces the arrays by their copies.
  void fetch() const {
    for (const auto& [tensor, host] : copies_)
      std::memcpy(host, tensor.cpu().const_data_ptr(), static_cast<std::size_t>(tensor.numel()));
  }

 private:
  template <typename T>
  T* add(T* host, std::size_t count) {
    const auto bytes = static_cast<std::int64_t>(count * sizeof(T));
    copies_.emplace_back(torch::from_blob(host, {bytes}, torch::kUInt8).to(testing::test_device()), host);
    return static_cast<T*>(copies_.back().first.data_ptr());
  }

  std::vector<std::pair<torch::Tensor, void*>> copies_;
};

kernels::TrainingLayer on_device(TrainedLayer& layer, DeviceCopies& copies) {
  return {copies.add(layer.forward),
          copies.add(layer.backward),
          copies.add(layer.x),
          copies.add(layer.y),
          copies.add(layer.g),
          copies.add(layer.dy),
          {copies.add(layer.gamma), copies.add(layer.beta), copies.add(layer.running_mean),
           copies.add(layer.running_variance), copies.add(layer.pivot), copies.add(layer.mean),
           copies.add(layer.inverse_deviation), copies.add(layer.sums), copies.add(layer.gradient_sums),
           copies.add(layer.gamma_gradient), copies.add(layer.beta_gradient)}};
}

/// Runs one launch on copies of `state`, and puts back what they hold then.
template <typename Launch>
void run_on_device(EmulatedTraining& state, Launch launch) {
  DeviceCopies copies;
  std::vector<kernels::TrainingLayer> layers;
  for (TrainedLayer& layer : state.layers) layers.push_back(on_device(layer, copies));
  const kernels::TrainingStep step{state.blocks(),
                                   {state.images(), state.epsilon, state.momentum},
                                   layers.data(),
                                   {copies.add(state.pixels), copies.add(state.pixel_mean),
                                    copies.add(state.pixel_inverse_deviation), layers[0].x},
                                   copies.add(state.last_x),
                                   copies.add(state.features),
                                   copies.add(state.feature_gradient)};
  launch(step);
  torch::cuda::synchronize();  // copies come on a stream of their own
  copies.fetch();
}

template <typename Numbers>
void expect_near(const Numbers& got, const Numbers& expected, const char* what) {
  double errors = 0, squares = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = double{got[i]} - expected[i];
    errors += error * error;
    squares += double{expected[i]} * expected[i];
  }
  EXPECT_LT(std::sqrt(errors / squares), 1e-3) << what;  // few values round to another Bf16
}

/// The state in front of the forward launches: running statistics have not moved.
EmulatedTraining state_before_forward() {
  EmulatedTraining state = training_case().after;
  for (std::size_t i = 0; i < state.layers.size(); ++i) {
    state.layers[i].running_mean = training_case().before.layers[i].running_mean;
    state.layers[i].running_variance = training_case().before.layers[i].running_variance;
  }
  return state;
}

void compare_forward(int layer) {
  const EmulatedTraining& expected = training_case().after;
  const auto at = static_cast<std::size_t>(layer);
  const bool is_end = layer == expected.end();
  EmulatedTraining state = state_before_forward();
  Activations& x = is_end ? state.last_x : state.layers[at].x;
  x = Activations(x.size());
  if (!is_end) state.layers[at].y = Activations(state.layers[at].y.size());
  state.features.assign(state.features.size(), 0);
  run_on_device(state, [&](const auto& step) { kernels::training_forward_cuda(step, layer, nullptr); });
  expect_near(x, is_end ? expected.last_x : expected.layers[at].x, "x");
  if (is_end) {
    expect_near(state.features, expected.features, "features");
  } else {
    expect_near(state.layers[at].y, expected.layers[at].y, "y");
    expect_near(state.layers[at].sums, expected.layers[at].sums, "sums");
  }
  if (layer == 0) return;
  const TrainedLayer &below = state.layers[at - 1], &of_below = expected.layers[at - 1];
  expect_near(below.running_mean, of_below.running_mean, "running mean");
  expect_near(below.running_variance, of_below.running_variance, "running variance");
}

void compare_backward(int layer) {
  const EmulatedTraining& expected = training_case().after;
  const auto at = static_cast<std::size_t>(layer);
  EmulatedTraining state = expected;
  const bool is_end = layer == expected.end();
  if (!is_end) {
    TrainedLayer& layer_state = state.layers[at];
    layer_state.dy = Activations(layer_state.dy.size());
    for (auto* gradient : {&layer_state.gamma_gradient, &layer_state.beta_gradient})
      std::fill(gradient->begin(), gradient->end(), 0.0F);
  }
  if (layer > 0) state.layers[at - 1].g = Activations(state.layers[at - 1].g.size());
  run_on_device(state, [&](const auto& step) { kernels::training_backward_cuda(step, layer, nullptr); });
  if (!is_end) {
    expect_near(state.layers[at].dy, expected.layers[at].dy, "dy");
    expect_near(state.layers[at].gamma_gradient, expected.layers[at].gamma_gradient, "gamma");
    expect_near(state.layers[at].beta_gradient, expected.layers[at].beta_gradient, "beta");
  }
  if (layer == 0) return;
  expect_near(state.layers[at - 1].g, expected.layers[at - 1].g, "g below");
  expect_near(state.layers[at - 1].gradient_sums, expected.layers[at - 1].gradient_sums, "gradient sums");
}

TEST(TrainingStepOnDevice, StoresInEachLaunchWhatEmulatedBlocksDo) {
  if (!testing::test_device().is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();  // makes the device current
  for (int layer = 0; layer <= training_case().after.end(); ++layer) {
    SCOPED_TRACE(layer);
    compare_forward(layer);
    compare_backward(layer);
  }
}

}  // namespace
}  // namespace m2m::nn
