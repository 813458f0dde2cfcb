// The project's 3x3 convolutions beside the fused ones of oneDNN that libtorch's frozen graphs call, on the same
// work.
//
// Both take a batch of images and add bias, residual and ReLU in the same call. Weights are packed beforehand, and
// every image has memory of its own. The two take turns within each iteration, so that noise of the machine meets
// both.
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include "bench/workbench.hpp"
#include "core/instruction_set.hpp"
#include "core/log.hpp"
#include "core/machine.hpp"
#include "kernels/kernel_set.hpp"

namespace m2m::bench {
namespace {

using kernels::Bf16, kernels::ConvSizes;

constexpr std::int64_t batch = 128;

struct Layer {
  ConvSizes sizes;
  bool has_residual;  // relu(convolution + bias + residual) instead of relu(convolution + bias)
};

/// The layers of ResNet-32 behind its first; those of stride 2 begin a stage and have no residual.
constexpr Layer layers[] = {
    {{32, 32, 16, 16, 1}, false}, {{16, 16, 32, 32, 1}, false}, {{8, 8, 64, 64, 1}, false},
    {{32, 32, 16, 32, 2}, false}, {{16, 16, 32, 64, 2}, false}, {{32, 32, 16, 16, 1}, true},
    {{16, 16, 32, 32, 1}, true},  {{8, 8, 64, 64, 1}, true},
};

/// Random float32 values that the case's precision represents exactly.
struct Inputs {
  torch::Tensor images, weight, bias, residual;  // [n, in, h, w], [out, in, 3, 3], [out], [n, out, h', w']
};

Inputs make_inputs(const Layer& layer, torch::Dtype precision) {
  const ConvSizes& sizes = layer.sizes;
  const auto random = [&, generator = at::make_generator<at::CPUGeneratorImpl>(1)](c10::IntArrayRef shape) {
    return torch::randn(shape, generator).to(precision).to(torch::kFloat32);
  };
  return {random({batch, sizes.in_channels, sizes.height, sizes.width}),
          random({sizes.out_channels, sizes.in_channels, 3, 3}), random({sizes.out_channels}),
          random({batch, sizes.out_channels, sizes.out_height(), sizes.out_width()})};
}

/// The kernels that a folded ResNet runs: Winograd's if it suits the layer, else direct. T: float or Bf16.
template <typename T>
class ProjectConvolution {
 public:
  ProjectConvolution(const Layer& layer, const Inputs& inputs)
      : sizes_(layer.sizes),
        direct_(kernels::forward_convolution(sizes_)),
        images_(stored(inputs.images)),
        outputs_(stored(torch::zeros_like(inputs.residual))),
        bias_(inputs.bias) {
    if (layer.has_residual) residual_ = stored(inputs.residual);
    pack(inputs.weight);
  }

  void operator()() {
    at::parallel_for(0, batch, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t image = first; image < last; ++image) convolve(image);
    });
  }

  /// [n, out, h, w], float32.
  torch::Tensor outputs() const {
    return outputs_.narrow(1, 1, sizes_.out_height())
        .narrow(2, 1, sizes_.out_width())
        .permute({0, 3, 1, 2})
        .to(torch::kFloat32);
  }

 private:
  static constexpr torch::Dtype dtype = std::is_same_v<T, float> ? torch::kFloat32 : torch::kBFloat16;

  /// [n, c, h, w] -> [n, h + 2, w + 2, c] with a border of zeros.
  static torch::Tensor stored(const torch::Tensor& images) {
    return torch::constant_pad_nd(images.permute({0, 2, 3, 1}), {0, 0, 1, 1, 1, 1}).to(dtype).contiguous();
  }

  void pack(const torch::Tensor& weight) {
    const std::vector<float> scale(static_cast<std::size_t>(sizes_.out_channels), 1.0F);
    if constexpr (std::is_same_v<T, float>) {
      if (kernels::suits_winograd(sizes_, sizes_.in_channels, sizes_.out_channels)) {
        winograd_ = {sizes_.height, sizes_.width, sizes_.in_channels, sizes_.out_channels};
        kernels::pack_winograd_forward(sizes_, weight.const_data_ptr<float>(), scale.data(), weights_);
        scratch_.assign(static_cast<std::size_t>(at::get_num_threads()),
                        kernels::Aligned<float>(static_cast<std::size_t>(kernels::winograd_scratch(*winograd_))));
        return;
      }
    }
    kernels::pack_forward(sizes_, weight.const_data_ptr<float>(), scale.data(), weights_);
  }

  void convolve(std::int64_t image) {
    kernels::ConvBuffers<T> memory;
    memory.in = values(images_, image);
    memory.weights = weights_.data();
    memory.bias = bias_.const_data_ptr<float>();
    memory.added = residual_.defined() ? values(residual_, image) : nullptr;
    memory.relu = true;
    memory.out = values(outputs_, image);
    if constexpr (std::is_same_v<T, float>) {
      if (winograd_) {
        run_winograd_(*winograd_, memory, scratch_[static_cast<std::size_t>(at::get_thread_num())].data());
        return;
      }
    }
    run_direct_(direct_, memory);
  }

  static T* values(const torch::Tensor& stored_images, std::int64_t image) {
    return static_cast<T*>(stored_images.data_ptr()) + image * stored_images.stride(0);
  }

  ConvSizes sizes_;
  kernels::Convolution direct_;
  std::optional<kernels::Winograd> winograd_;
  kernels::ConvFn<T> run_direct_ = kernels::kernel_set(best_instruction_set()).typed<T>().conv3x3;
  kernels::WinogradFn run_winograd_ = kernels::kernel_set(best_instruction_set()).winograd;
  torch::Tensor images_, residual_, outputs_, bias_;
  kernels::Aligned<T> weights_;
  std::vector<kernels::Aligned<float>> scratch_;  // one for each thread, for Winograd's tiles
};

/// libtorch's calls of oneDNN. They have no C++ header, so they are found by name.
struct OneDnnOperations {
  c10::OperatorHandle pack, unary, binary;
};

/// Returns nothing if libtorch was built without one of the operations.
std::optional<OneDnnOperations> find_operations() {
  const auto find = [](const char* name, const char* overload) {
    return c10::Dispatcher::singleton().findSchema({name, overload});
  };
  const auto pack = find("mkldnn::_reorder_convolution_weight", "");
  const auto unary = find("mkldnn::_convolution_pointwise", "");
  const auto binary = find("mkldnn::_convolution_pointwise", "binary");
  if (!pack || !unary || !binary) return std::nullopt;
  return OneDnnOperations{*pack, *unary, *binary};
}

torch::Tensor call(const c10::OperatorHandle& operation, torch::jit::Stack arguments) {
  operation.callBoxed(arguments);
  return arguments.front().toTensor();
}

/// oneDNN's fused convolution of a channels-last batch, as frozen graphs of libtorch call it.
class OneDnnConvolution {
 public:
  OneDnnConvolution(const OneDnnOperations& operations, const Layer& layer, const Inputs& inputs,
                    torch::Dtype precision)
      : operations_(operations),
        stride_{layer.sizes.stride, layer.sizes.stride},
        images_(channels_last(inputs.images, precision)),
        bias_(inputs.bias.to(precision)) {
    if (layer.has_residual) residual_ = channels_last(inputs.residual, precision);
    weight_ =
        call(operations_.pack, {inputs.weight.to(precision), ones_, stride_, ones_, 1, images_.sizes().vec()});
  }

  void operator()() {
    const c10::List<std::optional<c10::Scalar>> no_scalars;
    const c10::IValue none;
    outputs_ = residual_.defined() ? call(operations_.binary, {images_, residual_, weight_, bias_, ones_, stride_,
                                                               ones_, 1, "add", none, "relu", no_scalars, none})
                                   : call(operations_.unary, {images_, weight_, bias_, ones_, stride_, ones_, 1,
                                                              "relu", no_scalars, none});
  }

  /// [n, out, h, w], float32.
  torch::Tensor outputs() const { return outputs_.to(torch::kFloat32); }

 private:
  static torch::Tensor channels_last(const torch::Tensor& images, torch::Dtype precision) {
    return images.to(precision).contiguous(torch::MemoryFormat::ChannelsLast);
  }

  OneDnnOperations operations_;
  const std::vector<std::int64_t> ones_{1, 1};  // padding and dilation
  std::vector<std::int64_t> stride_;
  torch::Tensor images_, weight_, bias_, residual_, outputs_;
};

/// Processor time of all threads, so that a call that is interrupted counts only its own work.
template <typename Function>
double seconds_of(Function&& function) {
  const std::clock_t start = std::clock();
  function();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Times both in turn and reports the shortest time of each, and their ratio: other programs only add to the time
/// of a call. Google Benchmark takes the median over the repetitions.
template <typename T>
void time_side_by_side(benchmark::State& state, const OneDnnOperations& operations, const Layer& layer) {
  const torch::NoGradGuard no_gradient;
  keep_freed_memory();  // as a sweep does; else memory for oneDNN's outputs comes from the system page by page
  const torch::Dtype precision = std::is_same_v<T, float> ? torch::kFloat32 : torch::kBFloat16;
  const Inputs inputs = make_inputs(layer, precision);
  ProjectConvolution<T> project(layer, inputs);
  OneDnnConvolution onednn(operations, layer, inputs, precision);
  project();
  onednn();
  double project_seconds = std::numeric_limits<double>::infinity(), onednn_seconds = project_seconds;
  for (auto _ : state) {
    project_seconds = std::min(project_seconds, seconds_of(project));
    onednn_seconds = std::min(onednn_seconds, seconds_of(onednn));
  }
  state.counters["project_ms"] = 1e3 * project_seconds;
  state.counters["onednn_ms"] = 1e3 * onednn_seconds;
  state.counters["onednn_over_project"] = onednn_seconds / project_seconds;
  const torch::Tensor expected = onednn.outputs(), difference = project.outputs() - expected;
  const auto distance = difference.norm().item<double>() / expected.norm().item<double>();
  verify(state, distance <= (std::is_same_v<T, float> ? 1e-5 : 0.01),
         fmt::format("the outputs differ by {:.2g} of their norm from oneDNN's", distance));
}

std::string layer_name(const Layer& layer, const std::string& precision) {
  const ConvSizes& sizes = layer.sizes;
  return fmt::format(
      "{}/{}x{}x{}{}",
      case_name(layer.has_residual ? "convolution_add_relu" : "convolution_relu", {precision, "auto"}),
      sizes.in_channels, sizes.height, sizes.width, sizes.stride == 2 ? "-stride2" : "");
}

}  // namespace

void add_convolution_cases() {
  const auto operations = find_operations();
  if (!operations) {
    log_info("no convolution cases: this libtorch has no mkldnn::_convolution_pointwise to compare with");
    return;
  }
  constexpr std::int64_t iterations = 20;
  for (const Layer& layer : layers) {
    add_case(layer_name(layer, "float32"), iterations,
             [operations, layer](benchmark::State& state) { time_side_by_side<float>(state, *operations, layer); });
    if (best_instruction_set() < InstructionSet::avx512_bf16) continue;  // bf16 would be emulated
    add_case(layer_name(layer, "bf16"), iterations,
             [operations, layer](benchmark::State& state) { time_side_by_side<Bf16>(state, *operations, layer); });
  }
}

}  // namespace m2m::bench
