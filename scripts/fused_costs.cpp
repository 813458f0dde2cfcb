// Prints, as JSON, what kernel_resources.py says of the fused kernels: warps and shared memory of a block, and the
// predicted milliseconds on an H200. Of a translation: ResNet-32, 76 images, T = 10. Of a training step: 128
// images, and of the gradients of all weights ResNet-32.
#include <cstdio>
#include <string>

#include "kernels/training_cost.hpp"

using namespace m2m::kernels;

namespace {

constexpr int images = 76, steps = 10, blocks_of_a_stage = 5, batch = 128;

void print(const std::string& kernel, int warps, int shared, double seconds) {
  static const char* separator = "{";
  std::printf("%s\"%s\": {\"warps\": %d, \"shared\": %d, \"ms\": \"%.4g\"}", separator, kernel.c_str(), warps,
              shared, 1e3 * seconds);
  separator = ",\n ";
}

template <int warps>
void print_translation() {
  constexpr int shared = ResNetShapes<warps>::shared_bytes;
  const std::string of_warps = "<" + std::to_string(warps) + ">";
  const auto translation = [](bool is_pair) {
    return translation_seconds(h200, {warps, is_pair}, images, steps, true, blocks_of_a_stage);
  };
  print("translate" + of_warps, warps, shared, translation(false));
  print("translate_pair" + of_warps, warps, shared, translation(true));
  if (warps == 8) return;
  const double pass = features_seconds(h200, images, blocks_of_a_stage);  // a way back has as many products
  print("features" + of_warps, warps, shared, pass);
  print("pixel_gradient" + of_warps, warps, shared, pass);
}

/// The template arguments of a shape, as a kernel's name has them.
template <int in, int out, int side, int stride, int rows>
std::string arguments_of(ConvShape<in, out, side, stride, rows> /*shape*/) {
  return "<" + std::to_string(in) + ", " + std::to_string(out) + ", " + std::to_string(side) + ", " +
         std::to_string(stride) + ", " + std::to_string(rows) + ">";
}
template <int channels, int side, int rows>
std::string arguments_of(TransposedShape<channels, side, rows> /*shape*/) {
  return "<" + std::to_string(channels) + ", " + std::to_string(side) + ", " + std::to_string(rows) + ">";
}

template <typename Shape>
void print_layer(const std::string& kernel, Shape shape, const LaunchWork& work) {
  constexpr int shared = layer_bytes<typename Shape::In, typename Shape::Out>(training_warps);
  print(kernel + arguments_of(shape), training_warps, shared, launch_time(h200, batch, work));
}

void print_training() {
  for (const LayerKind kind : {LayerKind::first, LayerKind::stage1, LayerKind::halve1, LayerKind::stage2,
                               LayerKind::halve2, LayerKind::stage3}) {
    with_shapes(kind, [&](auto forward, auto backward) {
      const bool is_first = kind == LayerKind::first;
      const LaunchWork work = forward_work<decltype(forward)>(batch, !is_first);
      print_layer(is_first ? "first_forward" : "layer_forward", forward, work);
      if (!is_first) print_layer("layer_backward", backward, backward_work<decltype(backward)>(batch, true));
    });
  }
}

/// The launches of a training step without products: the mean over pixels, its way back, and dy of the first layer.
void print_ends_of_training() {
  using Shapes = ResNetShapes<training_warps>;
  using Last = Shapes::Third::Out;
  constexpr int shared = static_cast<int>(ChannelMemory::bytes(training_warps));
  const double pooled = activation_bytes<Last>();
  const double of_first = backward_work<Shapes::First>(batch, false).bytes / 2;
  const auto print_launch = [](const std::string& kernel, double bytes) {
    print(kernel, training_warps, shared, launch_time(h200, batch, {0, bytes}));
  };
  print_launch("features_forward", 3 * pooled + sum_bytes<Last>(batch));
  print_launch("features_backward", 3 * pooled);
  print_launch("first_backward" + arguments_of(Shapes::First{}), of_first);
}

void print_weight_gradients() {
  const WeightGradientWork work = weight_gradient_work(batch, blocks_of_a_stage);
  using Largest = WeightGradientShape<16, 16, 32, 1>;
  print("weight_gradients", Largest::warps, Largest::shared_bytes, weight_products_seconds(h200, work));
  print("sum_parts", Largest::warps, 0, weight_sums_seconds(h200, work));
}

void print_packing() {
  constexpr int warps = 8;  // threads_of_a_block in launch.cuh
  print("pack", warps, 0, packing_seconds(h200, blocks_of_a_stage));
}

}  // namespace

int main() {
  print_translation<4>();
  print_translation<8>();
  print_training();
  print_ends_of_training();
  print_weight_gradients();
  print_packing();
  std::printf("}\n");
  return 0;
}
