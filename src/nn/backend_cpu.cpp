// What the build without CUDA does instead of backend_cuda.cpp and tensor_kernels_cuda.cpp: the only device is the
// host.
#include "core/error.hpp"
#include "nn/device.hpp"
#include "nn/fused_resnet.hpp"
#include "nn/fused_training.hpp"
#include "nn/fused_translation.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::nn {

/// There is nothing to record, so the work is kept and run each time.
struct DeviceGraph::Recording {
  std::function<void()> work;
};

DeviceGraph::DeviceGraph() = default;
DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::record(std::function<void()> work) {
  recording_ = std::make_unique<Recording>(Recording{std::move(work)});
}

void DeviceGraph::replay() { recording_->work(); }

struct StreamScope::Guard {};

StreamScope::StreamScope(torch::Device) {}
StreamScope::~StreamScope() = default;

void synchronize_stream(torch::Device) {}

std::unique_ptr<ProfileClock> device_clock(torch::Device /*device*/) { return host_clock(); }

DeviceMemory device_memory(torch::Device) { return host_memory(); }

const std::string& gpu_trouble() {
  static const std::string none;
  return none;
}

std::string fused_device_trouble(torch::Device) { return "needs a GPU"; }

std::unique_ptr<FrozenNetwork> make_fused(const ResNet&) {
  throw internal_error("a fused network in a build without CUDA");
}

std::unique_ptr<TrainingKernels> make_training_kernels() {
  throw internal_error("a fused training step in a build without CUDA");
}

void translate_fused(const kernels::DeviceNetwork&, const kernels::DeviceNetwork&, const FusedTranslation&) {
  throw internal_error("a fused translation in a build without CUDA");
}

void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  pixel_step_on_host(x, gradient, length);
}

void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient) {
  sgd_step_on_host(step, weight, velocity, gradient);
}

torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise) {
  return random_start_on_host(seeds, noise);
}

void draw_noise_images(torch::Tensor& images, const kernels::ImageNoise& noise) {
  draw_noise_images_on_host(images, noise);
}

void fold_batch_norm(double epsilon, const FoldTable& table) { fold_batch_norm_on_host(epsilon, table); }

void count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                const kernels::EpochCounts& counts) {
  count_step_on_host(step, answers, edits, counts);
}

torch::Tensor to_gather_device(const torch::Tensor& pixels, torch::Device) { return pixels; }

torch::Tensor gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                     torch::Dtype precision) {
  return gather_on_host(pixels, indices, divisor, precision);
}

torch::Tensor gather_transformed(const torch::Tensor& pixels, const torch::Tensor& indices,
                                 const ImageTransforms& transforms, double divisor, torch::Dtype precision) {
  return gather_transformed_on_host(pixels, indices, transforms, divisor, precision);
}

}  // namespace m2m::nn
