// Tensors in host memory, in every build.
#include "nn/tensor_kernels.hpp"

#include "kernels/gather.hpp"
#include "kernels/steps.hpp"
#include "kernels/storage.hpp"

namespace m2m::nn {
namespace {

template <typename Real>
void start(const torch::Tensor& seeds, const kernels::StartNoise& noise, torch::Tensor& out) {
  kernels::random_start(noise, seeds.size(0), static_cast<int>(seeds.size(1)), seeds.size(2) * seeds.size(3),
                        seeds.const_data_ptr<Real>(), out.data_ptr<Real>());
}

template <typename Real>
void draw_images(torch::Tensor& images, const kernels::ImageNoise& noise) {
  kernels::draw_noise_images(noise, images.size(0), static_cast<int>(images.size(1)),
                             images.size(2) * images.size(3), images.data_ptr<Real>());
}

template <typename Real>
void gather_pixels(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor, torch::Tensor& out) {
  kernels::gather_augment<Real>(pixels.data_ptr<std::uint8_t>(), static_cast<int>(pixels.size(1)),
                                static_cast<int>(pixels.size(2)), static_cast<int>(pixels.size(3)),
                                static_cast<const kernels::GatherIndex*>(indices.const_data_ptr()), out.size(0),
                                static_cast<Real>(divisor), out.data_ptr<Real>());
}

template <typename Real>
void transform_pixels(const torch::Tensor& pixels, const torch::Tensor& indices, const ImageTransforms& transforms,
                      double divisor, torch::Tensor& out) {
  kernels::gather_transformed<Real>(
      pixels.const_data_ptr<std::uint8_t>(), static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(2)),
      static_cast<int>(pixels.size(3)), static_cast<const kernels::TransformedIndex*>(indices.const_data_ptr()),
      out.size(0), rules_with_table(transforms), static_cast<Real>(divisor), out.data_ptr<Real>());
}

}  // namespace

kernels::TransformRules rules_with_table(const ImageTransforms& transforms) {
  kernels::TransformRules rules = transforms.rules;
  if (transforms.table.defined()) {
    rules.table = static_cast<const kernels::OperationNumbers*>(transforms.table.const_data_ptr());
  }
  return rules;
}

void pixel_step_on_host(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  const std::int64_t images = x.size(0);
  const std::int64_t values = images > 0 ? x.numel() / images : 0;
  if (x.scalar_type() == torch::kFloat64) {
    kernels::pixel_step(length, images, values, gradient.const_data_ptr<double>(), x.data_ptr<double>());
  } else {
    kernels::pixel_step(length, images, values, gradient.const_data_ptr<float>(), x.data_ptr<float>());
  }
}

void sgd_step_on_host(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
                      torch::Tensor& gradient) {
  if (weight.scalar_type() == torch::kFloat64) {
    kernels::sgd_step(step, weight.numel(), weight.data_ptr<double>(), velocity.data_ptr<double>(),
                      gradient.data_ptr<double>());
  } else {
    kernels::sgd_step(step, weight.numel(), weight.data_ptr<float>(), velocity.data_ptr<float>(),
                      gradient.data_ptr<float>());
  }
}

torch::Tensor random_start_on_host(const torch::Tensor& seeds, const kernels::StartNoise& noise) {
  torch::Tensor out = torch::empty_like(seeds);
  seeds.scalar_type() == torch::kFloat64 ? start<double>(seeds, noise, out) : start<float>(seeds, noise, out);
  return out;
}

void draw_noise_images_on_host(torch::Tensor& images, const kernels::ImageNoise& noise) {
  if (images.scalar_type() == torch::kFloat64) return draw_images<double>(images, noise);
  draw_images<float>(images, noise);
}

void fold_batch_norm_on_host(double epsilon, const FoldTable& table) {
  const auto* layers = static_cast<const kernels::FoldLayer*>(table.layers.const_data_ptr());
  if (table.precision == torch::kFloat64) {
    kernels::fold_batch_norm<double, double>(epsilon, table.count, layers);
  } else if (table.folded == torch::kBFloat16) {
    kernels::fold_batch_norm<float, kernels::Bf16>(epsilon, table.count, layers);
  } else {
    kernels::fold_batch_norm<float, float>(epsilon, table.count, layers);
  }
}

void count_step_on_host(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                        const kernels::EpochCounts& counts) {
  if (answers.outputs.scalar_type() == torch::kFloat64) {
    kernels::count_step(step, typed_answers<double, double>(answers), edits, counts);
  } else if (answers.losses.scalar_type() == torch::kFloat64) {
    kernels::count_step(step, typed_answers<float, double>(answers), edits, counts);
  } else {
    kernels::count_step(step, typed_answers<float, float>(answers), edits, counts);
  }
}

torch::Tensor gather_on_host(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                             torch::Dtype precision) {
  const std::int64_t count = indices.numel() / static_cast<std::int64_t>(sizeof(kernels::GatherIndex));
  torch::Tensor out = torch::empty({count, pixels.size(1), pixels.size(2), pixels.size(3)}, precision);
  if (precision == torch::kFloat64) {
    gather_pixels<double>(pixels, indices, divisor, out);
  } else {
    gather_pixels<float>(pixels, indices, divisor, out);
  }
  return out;
}

torch::Tensor gather_transformed_on_host(const torch::Tensor& pixels, const torch::Tensor& indices,
                                         const ImageTransforms& transforms, double divisor,
                                         torch::Dtype precision) {
  const std::int64_t count = indices.numel() / static_cast<std::int64_t>(sizeof(kernels::TransformedIndex));
  torch::Tensor out = torch::empty({count, pixels.size(1), pixels.size(2), pixels.size(3)}, precision);
  if (precision == torch::kFloat64) {
    transform_pixels<double>(pixels, indices, transforms, divisor, out);
  } else {
    transform_pixels<float>(pixels, indices, transforms, divisor, out);
  }
  return out;
}

}  // namespace m2m::nn
