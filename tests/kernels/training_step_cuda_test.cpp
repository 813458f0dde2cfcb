#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/training_step.hpp"
#include "support/on_device.hpp"
#include "support/relative_error.hpp"
#include "support/training_case.hpp"

namespace m2m::kernels {
namespace {

using testing::Activations;
using testing::EmulatedTraining;
using testing::has_device;
using testing::OnDevice;
using testing::relative_error;
using testing::TrainedLayer;

/// A copy, on the device, of the memory of a step.
class StepOnDevice {
 public:
  explicit StepOnDevice(EmulatedTraining& host) : step_(host.step()) {
    for (TrainedLayer& layer : host.layers) layers_.push_back(copied(layer));
    step_.layers = layers_.data();
    PixelInput& pixels = step_.pixels;
    copy(pixels.images, host.pixels.size());
    copy(pixels.mean, 3);
    copy(pixels.inverse_deviation, 3);
    pixels.x = layers_[0].x;
    copy(step_.last_x, host.last_x.size() / 8);
    copy(step_.features, host.features.size());
    copy(step_.feature_gradient, host.feature_gradient.size());
  }

  const TrainingStep& get() const { return step_; }

  /// Copies everything back to where it came from.
  void copy_back() const {
    for (const auto& [host, memory] : memory_) memory->copy_to(host);
  }

 private:
  /// Lets a pointer to host memory point to a copy.
  template <typename T>
  void copy(T*& pointer, std::size_t count) {
    auto* host = reinterpret_cast<std::byte*>(const_cast<std::remove_const_t<T>*>(pointer));
    memory_.emplace_back(host, std::make_unique<OnDevice<std::byte>>(host, count * sizeof(T)));
    pointer = reinterpret_cast<T*>(memory_.back().second->get());
  }

  TrainingLayer copied(TrainedLayer& layer) {
    TrainingLayer pointers = layer.pointers();
    copy(pointers.forward, layer.forward.size());
    copy(pointers.backward, layer.backward.size());
    copy(pointers.x, layer.x.size() / 8);
    for (Words4** of_output : {&pointers.y, &pointers.g, &pointers.dy}) copy(*of_output, layer.y.size() / 8);
    TrainingNorm& norm = pointers.norm;
    for (const float** values : {&norm.weight, &norm.bias}) copy(*values, layer.gamma.size());
    for (float** values : {&norm.running_mean, &norm.running_variance, &norm.pivot, &norm.mean,
                           &norm.inverse_deviation, &norm.weight_gradient, &norm.bias_gradient})
      copy(*values, layer.gamma.size());
    for (float** values : {&norm.sums, &norm.gradient_sums}) copy(*values, layer.sums.size());
    return pointers;
  }

  TrainingStep step_;
  std::vector<TrainingLayer> layers_;
  std::vector<std::pair<std::byte*, std::unique_ptr<OnDevice<std::byte>>>> memory_;
};

/// Expects what emulated blocks gave. With sums in another order rounding decides some ReLUs otherwise: of what
/// goes forward little changes, of gradients more.
void expect_alike(const TrainedLayer& ours, const TrainedLayer& expected) {
  const bool same = testing::has_the_bits_of_emulated_blocks();
  const double forward = same ? 0 : 0.02, back = same ? 0 : 0.25;
  EXPECT_LE(relative_error(ours.x, expected.x), forward);
  EXPECT_LE(relative_error(ours.y, expected.y), forward);
  EXPECT_LE(relative_error(ours.running_mean, expected.running_mean), forward);
  EXPECT_LE(relative_error(ours.running_variance, expected.running_variance), forward);
  EXPECT_LE(relative_error(ours.g, expected.g), back);
  EXPECT_LE(relative_error(ours.dy, expected.dy), back);
  EXPECT_LE(relative_error(ours.gamma_gradient, expected.gamma_gradient), back);
  EXPECT_LE(relative_error(ours.beta_gradient, expected.beta_gradient), back);
}

TEST(TrainingStepOnTheDevice, IsThatOfEmulatedBlocks) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  EmulatedTraining step = testing::training_case().before;
  const StepOnDevice on_device(step);
  testing::run_recorded([&](void* stream) {
    for (int layer = 0; layer <= step.end(); ++layer) training_forward_cuda(on_device.get(), layer, stream);
    for (int layer = step.end(); layer >= 0; --layer) training_backward_cuda(on_device.get(), layer, stream);
  });
  on_device.copy_back();
  const EmulatedTraining& expected = testing::training_case().after;
  EXPECT_LE(relative_error(step.features, expected.features),
            testing::has_the_bits_of_emulated_blocks() ? 0 : 0.02);
  for (std::size_t i = 0; i < step.layers.size(); ++i) {
    SCOPED_TRACE(i);
    expect_alike(step.layers[i], expected.layers[i]);
  }
}

}  // namespace
}  // namespace m2m::kernels
