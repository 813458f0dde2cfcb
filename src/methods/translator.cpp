#include "methods/translator.hpp"

#include "nn/tensor_kernels.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

using nn::FrozenNetwork;
using nn::GraphedCall;

namespace {

constexpr std::int64_t images_of_a_bucket = 8;

std::int64_t bucket_of(std::int64_t count) {
  return (count + images_of_a_bucket - 1) / images_of_a_bucket * images_of_a_bucket;
}

/// Filled up with zeros to `size` rows; what becomes of these nobody looks at.
torch::Tensor filled(const torch::Tensor& rows, std::int64_t size) {
  if (rows.size(0) == size) return rows;
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape.front() = size - rows.size(0);
  return torch::cat({rows, torch::zeros(shape, rows.options())});
}

}  // namespace

torch::Tensor Translator::operator()(FrozenNetwork& f, FrozenNetwork& g, const torch::Tensor& start,
                                     const torch::Tensor& seed_classes, const torch::Tensor& targets,
                                     std::int64_t divisor, const settings::M2mSettings& settings) {
  if (!graphed_) return translate(f, g, start, seed_classes, targets, divisor, settings);
  const torch::NoGradGuard no_gradient;
  const std::int64_t count = start.size(0);
  const std::int64_t size = bucket_of(count);
  const torch::Tensor n = torch::full({}, static_cast<double>(divisor), start.options().dtype(torch::kFloat64));
  const GraphedCall::Tensors inputs = {filled(start.detach().contiguous(), size), filled(seed_classes, size),
                                       filled(targets, size), n};
  const GraphedCall::Tensors arrived = iteration(f, g, settings, size)(inputs, settings.steps);
  return arrived.front().narrow(0, 0, count).clone();  // the next translation begins in that memory
}

torch::Tensor Translator::probability(FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets) {
  const torch::NoGradGuard no_gradient;
  if (of_g_ == nullptr) of_g_ = std::make_unique<nn::RecordedOutputs>(g, graphed_);
  const std::int64_t count = images.size(0);
  const torch::Tensor outputs = (*of_g_)(graphed_ ? filled(images, bucket_of(count)) : images).narrow(0, 0, count);
  return probability_of(outputs, targets);
}

void Translator::refresh(FrozenNetwork& f) {
  if (!graphed_) return f.refresh();
  if (refresh_ == nullptr) {
    refresh_ = std::make_unique<GraphedCall>([&f](const GraphedCall::Tensors&) {
      f.refresh();
      return GraphedCall::Tensors{};
    });
  }
  (*refresh_)({});
}

GraphedCall& Translator::iteration(FrozenNetwork& f, FrozenNetwork& g, const settings::M2mSettings& settings,
                                   std::int64_t size) {
  std::unique_ptr<GraphedCall>& call = by_size_[size];
  if (call == nullptr) {
    call = std::make_unique<GraphedCall>([&f, &g, settings](const GraphedCall::Tensors& in) {
      const torch::NoGradGuard no_gradient;
      torch::Tensor x = in[0];
      nn::pixel_step(x, loss_gradient(f, g, {x, in[1], in[2], in[3]}, settings), settings.step_size);
      return GraphedCall::Tensors{x};
    });
  }
  return *call;
}

}  // namespace m2m::methods
