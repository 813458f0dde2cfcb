#include "nn/fused_training.hpp"

#include <torch/autograd.h>

#include <utility>

#include "kernels/fused_weights.hpp"
#include "kernels/training_network.hpp"
#include "kernels/weight_gradient_table.hpp"
#include "nn/batch_norm.hpp"
#include "nn/device_table.hpp"

namespace m2m::nn {
namespace {

using kernels::Words4;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Words4* words(const torch::Tensor& tensor) { return static_cast<Words4*>(tensor.data_ptr()); }

torch::Tensor per_channel(const std::vector<double>& values, torch::Device device) {
  return torch::tensor(values, torch::kFloat64).to(device, torch::kFloat32);
}

}  // namespace

/// A convolution and the batch norm behind it: the network's own tensors.
struct FusedTraining::Layer {
  torch::Tensor weight, norm_weight, norm_bias;  // with their gradients
  torch::Tensor running_mean, running_variance;
  int stride, out_side;

  int in_channels() const { return static_cast<int>(weight.size(1)); }
  int out_channels() const { return static_cast<int>(weight.size(0)); }
  int in_side() const { return out_side * stride; }
  kernels::PackLayer pack_row() const {
    return {weight.const_data_ptr<float>(), in_channels(), out_channels(), stride, weight.is_contiguous()};
  }
};

/// The activations, gradients and sums of a batch of n images.
class FusedTraining::Memory {
 public:
  Memory(const FusedTraining& training, int n) : n_(n), device_(training.mean_.device()) {
    const Words4 *forward = words(training.forward_weights_), *backward_end = words(training.backward_weights_);
    for (const Layer& layer : training.layers_) backward_end += packed_count(layer.pack_row());
    std::vector<kernels::WeightGradientLayer> gradients;
    for (const Layer& layer : training.layers_) {
      backward_end -= packed_count(layer.pack_row());  // the last layer's come first
      layers_.push_back(make_layer(layer, forward, backward_end));
      forward += packed_count(layer.pack_row());
      gradients.push_back(gradient_row(layer, layers_.back()));
    }
    weight_gradients_ = table_on(device_, gradients);
    const Layer& last = training.layers_.back();
    features_ = floats({n, last.out_channels()});
    step_.blocks = training.blocks_;
    step_.batch = {n, static_cast<float>(batch_norm_epsilon), static_cast<float>(training.momentum_)};
    step_.layers = layers_.data();
    step_.pixels = {nullptr, training.mean_.const_data_ptr<float>(),
                    training.inverse_deviation_.const_data_ptr<float>(), layers_.front().x};
    step_.last_x = values(last.out_side, last.out_channels());
    step_.features = features_.data_ptr<float>();
  }

  /// The step, with its pixels and the gradient of its features still to be set.
  kernels::TrainingStep& step() { return step_; }
  const torch::Tensor& features() const { return features_; }
  const kernels::WeightGradientLayer* weight_gradients() const {
    return static_cast<const kernels::WeightGradientLayer*>(weight_gradients_.const_data_ptr());
  }

 private:
  torch::Tensor kept(const torch::Tensor& tensor) {
    tensors_.push_back(tensor);
    return tensor;
  }
  torch::Tensor floats(torch::IntArrayRef shape) {
    return kept(torch::empty(shape, torch::device(device_).dtype(torch::kFloat32)));
  }
  /// Bf16 [n][pixels][channels].
  Words4* values(int side, int channels) {
    const auto options = torch::device(device_).dtype(torch::kBFloat16);
    return words(kept(torch::empty({n_, side * side, channels}, options)));
  }

  kernels::TrainingLayer make_layer(const Layer& layer, const Words4* forward, const Words4* backward) {
    const int channels = layer.out_channels(), padded = (layer.in_channels() + 15) / 16 * 16;
    const auto numbers = [&] { return floats({channels}).data_ptr<float>(); };
    const auto sums = [&] { return floats({n_, 2, channels}).data_ptr<float>(); };
    kernels::TrainingLayer made{};
    made.forward = forward;
    made.backward = backward;
    made.x = values(layer.in_side(), padded);
    made.y = values(layer.out_side, channels);
    made.g = values(layer.out_side, channels);
    made.dy = values(layer.out_side, channels);
    made.norm = {layer.norm_weight.const_data_ptr<float>(),
                 layer.norm_bias.const_data_ptr<float>(),
                 layer.running_mean.data_ptr<float>(),
                 layer.running_variance.data_ptr<float>(),
                 numbers(),
                 numbers(),
                 numbers(),
                 sums(),
                 sums(),
                 layer.norm_weight.grad().data_ptr<float>(),
                 layer.norm_bias.grad().data_ptr<float>()};
    return made;
  }

  kernels::WeightGradientLayer gradient_row(const Layer& layer, const kernels::TrainingLayer& made) {
    const torch::Tensor& gradient = layer.weight.grad();
    kernels::WeightGradientLayer row{made.x,
                                     made.dy,
                                     nullptr,
                                     gradient.data_ptr<float>(),
                                     layer.in_channels(),
                                     layer.out_channels(),
                                     layer.stride,
                                     !gradient.is_contiguous()};
    row.partial = floats({kernels::weight_partials(row, n_)}).data_ptr<float>();
    return row;
  }

  int n_;
  torch::Device device_;
  std::vector<torch::Tensor> tensors_;  // what the tables point to
  std::vector<kernels::TrainingLayer> layers_;
  torch::Tensor features_, weight_gradients_;
  kernels::TrainingStep step_{};
};

/// The features as one operation for autograd. `parameter`, any that is trained, makes the way back be called; the
/// gradients of all parameters are added there, so it returns none.
struct FusedTraining::Function : torch::autograd::Function<Function> {
  struct Caller : torch::CustomClassHolder {
    Caller(FusedTraining* of, Memory* in) : training(of), memory(in) {}
    FusedTraining* training;
    Memory* memory;  // of the way there
  };

  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& /*parameter*/,
                               const torch::Tensor& pixels, FusedTraining* training) {
    Memory& memory = training->forward(pixels);
    context->saved_data["training"] = c10::IValue::make_capsule(c10::make_intrusive<Caller>(training, &memory));
    return memory.features().detach();
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto caller = c10::static_intrusive_pointer_cast<Caller>(context->saved_data["training"].toCapsule());
    caller->training->backward(*caller->memory, gradients[0]);
    return {torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

FusedTraining::FusedTraining(ResNet& network, std::unique_ptr<TrainingKernels> kernels)
    : blocks_(network.blocks_per_stage()), kernels_(std::move(kernels)) {
  std::vector<const torch::nn::Conv2dImpl*> convolutions;
  std::vector<const torch::nn::BatchNorm2dImpl*> norms;  // behind each, in the order of the forward run
  for (const auto& module : network.modules()) {
    if (const auto* convolution = module->as<torch::nn::Conv2dImpl>()) convolutions.push_back(convolution);
    if (const auto* norm = module->as<torch::nn::BatchNorm2dImpl>()) norms.push_back(norm);
  }
  momentum_ = *norms.front()->options.momentum();
  int side = network.spec().height;
  for (std::size_t i = 0; i < norms.size(); ++i) {
    const int stride = static_cast<int>(convolutions[i]->options.stride()->at(0));
    side /= stride;
    layers_.push_back({convolutions[i]->weight, norms[i]->weight, norms[i]->bias, norms[i]->running_mean,
                       norms[i]->running_var, stride, side});
  }
  std::vector<kernels::PackLayer> rows;
  std::int64_t count = 0;
  for (const Layer& layer : layers_) {
    rows.push_back(layer.pack_row());
    count += packed_count(rows.back());
  }
  const torch::Device device = network.head().weight.device();
  pack_table_ = table_on(device, rows);
  forward_weights_ = torch::empty({4 * count}, torch::device(device).dtype(torch::kInt32));
  backward_weights_ = torch::empty_like(forward_weights_);
  mean_ = per_channel(network.spec().mean, device);
  inverse_deviation_ = per_channel(network.spec().std, device).reciprocal();
}

FusedTraining::~FusedTraining() = default;

torch::Tensor FusedTraining::features(const torch::Tensor& pixels) {
  return Function::apply(layers_.front().weight, pixels, this);
}

FusedTraining::Memory& FusedTraining::forward(const torch::Tensor& pixels) {
  std::unique_ptr<Memory>& memory = memories_[pixels.size(0)];
  if (memory == nullptr) memory = std::make_unique<Memory>(*this, static_cast<int>(pixels.size(0)));
  const auto count = static_cast<int>(layers_.size());
  kernels_->pack(static_cast<const kernels::PackLayer*>(pack_table_.const_data_ptr()), count,
                 words(forward_weights_), words(backward_weights_));
  const torch::Tensor images = pixels.contiguous();
  memory->step().pixels.images = images.const_data_ptr<float>();
  for (int layer = 0; layer <= count; ++layer) kernels_->forward(memory->step(), layer);
  return *memory;
}

void FusedTraining::backward(Memory& memory, const torch::Tensor& feature_gradient) {
  const torch::Tensor gradient = feature_gradient.contiguous();
  kernels::TrainingStep& step = memory.step();
  step.feature_gradient = gradient.const_data_ptr<float>();
  const auto count = static_cast<int>(layers_.size());
  int end = count;  // of the layers whose gradients of weights are still to be queued
  for (int layer = count; layer >= 0; --layer) {
    kernels_->backward(step, layer);
    if (layer == count || !begins_stage(layer)) continue;
    kernels_->add_weight_gradients(memory.weight_gradients() + layer, end - layer, step.batch.images);
    end = layer;
  }
  kernels_->join_weight_gradients();
}

std::int64_t fused_training_bytes(int blocks, std::int64_t n) {
  constexpr std::int64_t word = sizeof(Words4), number = sizeof(float), half = number / 2;
  const int count = kernels::training_layers(blocks);
  std::int64_t bytes = 2 * 3 * number +  // of the pixels
                       count * std::int64_t{sizeof(kernels::PackLayer) + sizeof(kernels::WeightGradientLayer)};
  for (int layer = 0; layer < count; ++layer) {
    kernels::with_shapes(kernels::layer_kind(blocks, layer), [&](auto shape, auto) {
      using In = typename decltype(shape)::In;
      using Out = typename decltype(shape)::Out;
      constexpr int in = In::chunks * 8, out = Out::chunks * 8, stride = (In::width - 2) / (Out::width - 2);
      const kernels::WeightGradientLayer row{nullptr, nullptr, nullptr, nullptr, in, out, stride, false};
      bytes += 2 * word * kernels::packed_count({nullptr, in, out, stride});
      bytes += half * n * in * (In::width - 2) * (In::width - 2);         // x
      bytes += half * 3 * n * out * (Out::width - 2) * (Out::width - 2);  // y, g, dy
      bytes += number * (3 * out + 2 * n * 2 * out);                      // numbers of batch norm, sums
      bytes += number * kernels::weight_partials(row, static_cast<int>(n));
    });
  }
  using Last = kernels::ResNetShapes<kernels::training_warps>::Third::Out;
  constexpr std::int64_t features = Last::chunks * 8;
  return bytes + n * features * (half * (Last::width - 2) * (Last::width - 2) + number);
}

}  // namespace m2m::nn
