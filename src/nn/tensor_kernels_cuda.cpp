// What the build with CUDA does for tensors on a GPU, and calls for those in host memory.
#include <c10/cuda/CUDAStream.h>

#include "kernels/gather.hpp"
#include "kernels/steps.hpp"
#include "kernels/storage.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::nn {
namespace {

void* current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

template <typename Real>
void step_pixels(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  const std::int64_t images = x.size(0);
  kernels::pixel_step_cuda(length, images, images > 0 ? x.numel() / images : 0, gradient.const_data_ptr<Real>(),
                           x.data_ptr<Real>(), current_stream());
}

template <typename Real>
void step_weights(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
                  torch::Tensor& gradient) {
  kernels::sgd_step_cuda(step, weight.numel(), weight.data_ptr<Real>(), velocity.data_ptr<Real>(),
                         gradient.data_ptr<Real>(), current_stream());
}

template <typename Real>
void start(const torch::Tensor& seeds, const kernels::StartNoise& noise, torch::Tensor& out) {
  kernels::random_start_cuda(noise, seeds.size(0), static_cast<int>(seeds.size(1)), seeds.size(2) * seeds.size(3),
                             seeds.const_data_ptr<Real>(), out.data_ptr<Real>(), current_stream());
}

template <typename Real>
void draw_images(torch::Tensor& images, const kernels::ImageNoise& noise) {
  kernels::draw_noise_images_cuda(noise, images.size(0), static_cast<int>(images.size(1)),
                                  images.size(2) * images.size(3), images.data_ptr<Real>(), current_stream());
}

template <typename Real>
void gather_pixels(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor, torch::Tensor& out) {
  kernels::gather_augment_cuda<Real>(
      pixels.data_ptr<std::uint8_t>(), static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(2)),
      static_cast<int>(pixels.size(3)), static_cast<const kernels::GatherIndex*>(indices.const_data_ptr()),
      out.size(0), static_cast<Real>(divisor), out.data_ptr<Real>(), current_stream());
}

template <typename Real>
void transform_pixels(const torch::Tensor& pixels, const torch::Tensor& indices, const ImageTransforms& transforms,
                      double divisor, torch::Tensor& out) {
  const auto channels = static_cast<int>(pixels.size(1)), height = static_cast<int>(pixels.size(2)),
             width = static_cast<int>(pixels.size(3));
  const std::int64_t bytes = kernels::transform_scratch_bytes(channels, height, width, out.size(0));
  // libtorch's allocator gives this memory to later work of the same stream only
  torch::Tensor scratch;
  if (bytes > 0) scratch = torch::empty({bytes}, pixels.options());
  kernels::gather_transformed_cuda<Real>(pixels.const_data_ptr<std::uint8_t>(), channels, height, width,
                                         static_cast<const kernels::TransformedIndex*>(indices.const_data_ptr()),
                                         out.size(0), rules_with_table(transforms),
                                         bytes > 0 ? scratch.data_ptr<std::uint8_t>() : nullptr,
                                         static_cast<Real>(divisor), out.data_ptr<Real>(), current_stream());
}

}  // namespace

void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  if (x.is_cpu()) return pixel_step_on_host(x, gradient, length);
  if (x.scalar_type() == torch::kFloat64) return step_pixels<double>(x, gradient, length);
  step_pixels<float>(x, gradient, length);
}

void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient) {
  if (weight.is_cpu()) return sgd_step_on_host(step, weight, velocity, gradient);
  if (weight.scalar_type() == torch::kFloat64) return step_weights<double>(step, weight, velocity, gradient);
  step_weights<float>(step, weight, velocity, gradient);
}

torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise) {
  if (seeds.is_cpu()) return random_start_on_host(seeds, noise);
  torch::Tensor out = torch::empty_like(seeds);
  seeds.scalar_type() == torch::kFloat64 ? start<double>(seeds, noise, out) : start<float>(seeds, noise, out);
  return out;
}

void draw_noise_images(torch::Tensor& images, const kernels::ImageNoise& noise) {
  if (images.is_cpu()) return draw_noise_images_on_host(images, noise);
  if (images.scalar_type() == torch::kFloat64) return draw_images<double>(images, noise);
  draw_images<float>(images, noise);
}

void fold_batch_norm(double epsilon, const FoldTable& table) {
  if (table.layers.is_cpu()) return fold_batch_norm_on_host(epsilon, table);
  const auto* layers = static_cast<const kernels::FoldLayer*>(table.layers.const_data_ptr());
  if (table.precision == torch::kFloat64) {
    kernels::fold_batch_norm_cuda<double, double>(epsilon, table.count, layers, current_stream());
  } else if (table.folded == torch::kBFloat16) {
    kernels::fold_batch_norm_cuda<float, kernels::Bf16>(epsilon, table.count, layers, current_stream());
  } else {
    kernels::fold_batch_norm_cuda<float, float>(epsilon, table.count, layers, current_stream());
  }
}

void count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                const kernels::EpochCounts& counts) {
  if (answers.outputs.is_cpu()) return count_step_on_host(step, answers, edits, counts);
  if (answers.outputs.scalar_type() == torch::kFloat64) {
    kernels::count_step_cuda(step, typed_answers<double, double>(answers), edits, counts, current_stream());
  } else if (answers.losses.scalar_type() == torch::kFloat64) {
    kernels::count_step_cuda(step, typed_answers<float, double>(answers), edits, counts, current_stream());
  } else {
    kernels::count_step_cuda(step, typed_answers<float, float>(answers), edits, counts, current_stream());
  }
}

torch::Tensor to_gather_device(const torch::Tensor& pixels, torch::Device device) { return pixels.to(device); }

torch::Tensor gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                     torch::Dtype precision) {
  TORCH_CHECK(pixels.device() == indices.device(), "pixels are on ", pixels.device(), ", their indices on ",
              indices.device());
  if (pixels.is_cpu()) return gather_on_host(pixels, indices, divisor, precision);
  const std::int64_t count = indices.numel() / static_cast<std::int64_t>(sizeof(kernels::GatherIndex));
  torch::Tensor out = torch::empty({count, pixels.size(1), pixels.size(2), pixels.size(3)},
                                   torch::TensorOptions(precision).device(pixels.device()));
  precision == torch::kFloat64 ? gather_pixels<double>(pixels, indices, divisor, out)
                               : gather_pixels<float>(pixels, indices, divisor, out);
  return out;
}

torch::Tensor gather_transformed(const torch::Tensor& pixels, const torch::Tensor& indices,
                                 const ImageTransforms& transforms, double divisor, torch::Dtype precision) {
  TORCH_CHECK(pixels.device() == indices.device(), "pixels are on ", pixels.device(), ", their indices on ",
              indices.device());
  if (pixels.is_cpu()) return gather_transformed_on_host(pixels, indices, transforms, divisor, precision);
  const std::int64_t count = indices.numel() / static_cast<std::int64_t>(sizeof(kernels::TransformedIndex));
  torch::Tensor out = torch::empty({count, pixels.size(1), pixels.size(2), pixels.size(3)},
                                   torch::TensorOptions(precision).device(pixels.device()));
  precision == torch::kFloat64 ? transform_pixels<double>(pixels, indices, transforms, divisor, out)
                               : transform_pixels<float>(pixels, indices, transforms, divisor, out);
  return out;
}

}  // namespace m2m::nn
