#include "kernels/fused_translation.hpp"
#include "kernels/launch.cuh"
#include "kernels/mma_device.cuh"
#include "kernels/translate.hpp"

namespace m2m::kernels {
namespace {

extern __shared__ __align__(1024) unsigned char shared_memory[];

/// The network as a block sees it. signs: of its image; may be null for an evaluation.
template <int warps>
__device__ FusedNetwork<DeviceBlock<warps>> network_of(const DeviceNetwork& net, std::uint32_t* signs) {
  const auto x = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared_memory));
  return {{net.blocks, net.forward, net.backward, net.bias, net.mean, net.inverse_deviation, signs, x,
           x + ResNetShapes<warps>::image_bytes},
          {net.head_weight, net.head_bias, net.head_scales, net.classes, net.is_cosine}};
}

/// Blocks of 4 warps that a multiprocessor has the shared memory for, which leaves each thread so many registers.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
constexpr int small_blocks = 2;
#else
constexpr int small_blocks = 3;
#endif
constexpr int blocks_of(int warps) { return warps == 4 ? small_blocks : 1; }

/// g and f, which a kernel chooses from by number.
struct NetworkPair {
  DeviceNetwork of[2];
};

/// The memory of one block for an image; rank: of the block in a pair, else 0.
template <int warps>
__device__ TranslationTask<DeviceBlock<warps>> task_of(const TranslationBatch& batch, std::int32_t image,
                                                       std::int64_t rank) {
  const std::int64_t first = (rank * batch.count + image) * image_values;
  return {batch, image, batch.x + first, batch.gradients + first};
}

/// A block per image.
template <int warps>
__global__ void __launch_bounds__(warps* warp_lanes, blocks_of(warps))
    translate(const __grid_constant__ NetworkPair networks, const __grid_constant__ TranslationBatch batch,
              std::int64_t words) {
  DeviceBlock<warps> block;
  const auto image = static_cast<std::int32_t>(blockIdx.x);  // 32 bits: registers are scarce
  const auto networks_of = [&](int i) { return network_of<warps>(networks.of[i], batch.signs + image * words); };
  translate_image(block, networks_of, task_of<warps>(batch, image, 0));
}

/// A cluster of two blocks per image.
template <int warps>
__global__ void __launch_bounds__(warps* warp_lanes, blocks_of(warps))
    translate_pair(const __grid_constant__ NetworkPair networks, const __grid_constant__ TranslationBatch batch,
                   std::int64_t words) {
  DeviceBlock<warps> block;
  const auto image = static_cast<std::int32_t>(blockIdx.x / 2);
  const std::int64_t rank = block.rank();
  std::uint32_t* signs = batch.signs + (rank * batch.count + image) * words;
  translate_in_pair(block, network_of<warps>(networks.of[rank], signs), task_of<warps>(batch, image, rank));
}

/// Features of each image, and its signs if the pass writes them.
template <int warps, Pass pass>
__global__ void __launch_bounds__(warps* warp_lanes, blocks_of(warps))
    features(const __grid_constant__ DeviceNetwork net, const float* __restrict__ images,
             std::uint32_t* __restrict__ signs, float* __restrict__ out, std::int64_t words) {
  using Shapes = ResNetShapes<warps>;
  DeviceBlock<warps> block;
  const std::int64_t image = blockIdx.x;
  const auto body = network_of<warps>(net, signs + image * words).body;
  load_pixels(block, body, images + image * 3 * Shapes::pixels);
  forward_features<pass>(block, body);
  for_each_item(block, Shapes::features, [&](auto& warp, std::uint32_t channel, bool is_channel) {
    const auto bits = warp.load_shared(channel * 4 + body.h + Shapes::features_at, is_channel);
    warp.store(out + image * Shapes::features, channel, warp.as_real(bits), is_channel);
  });
}

/// The way back from a gradient of the features.
template <int warps>
__global__ void __launch_bounds__(warps* warp_lanes, blocks_of(warps))
    pixel_gradient(const __grid_constant__ DeviceNetwork net, const float* __restrict__ images,
                   std::uint32_t* signs, const float* __restrict__ gradient, float* __restrict__ out,
                   std::int64_t words) {
  using Shapes = ResNetShapes<warps>;
  constexpr int values = 3 * Shapes::pixels;
  DeviceBlock<warps> block;
  const std::int64_t image = blockIdx.x;
  const auto network = network_of<warps>(net, signs + image * words);
  const std::uint32_t h = network.body.h;
  for_each_item(block, Shapes::features, [&](auto& warp, std::uint32_t channel, bool is_channel) {
    const float value = warp.load(gradient + image * Shapes::features, channel, is_channel);
    warp.store_shared(channel * 4 + h + Shapes::features_at, warp.as_word(value), is_channel);
  });
  clear_border<typename Shapes::Third::Out>(block, network.body.x);
  clear_border<typename Shapes::Third::Out>(block, h);
  backward_features(block, network.body);
  for_each_gradient(block, network, [&](auto& warp, std::uint32_t item, bool is_item, float of_pixel) {
    const float pixel = warp.load(images + image * values, item, is_item);
    warp.store(out + image * values, item, pixel >= 0 && pixel <= 1 ? of_pixel : 0.0F, is_item);
  });
}

int device_attribute(cudaDeviceAttr attribute) {
  int device = 0, value = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&value, attribute, device);
  return value;
}

/// True if the device has clusters and the code that it runs uses them: code for 8.x runs on newer devices too.
bool has_clusters() {
  if (device_attribute(cudaDevAttrComputeCapabilityMajor) < 9) return false;
  cudaFuncAttributes code{};
  if (cudaFuncGetAttributes(&code, translate_pair<8>) == cudaSuccess) return code.ptxVersion >= 90;
  (void)cudaGetLastError();  // the launch will say what is wrong
  return false;
}

/// Launches a kernel with the shared memory of ResNetShapes, in clusters of `cluster` blocks.
template <int warps, typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), int blocks, int cluster, void* stream, const char* what,
            Arguments... arguments) {
  constexpr int bytes = ResNetShapes<warps>::shared_bytes;
  allow_shared_memory(kernel, bytes);
  cudaLaunchAttribute in_clusters{};
  in_clusters.id = cudaLaunchAttributeClusterDimension;
  in_clusters.val.clusterDim = {static_cast<unsigned>(cluster), 1, 1};
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(warps * warp_lanes);
  config.dynamicSmemBytes = bytes;
  config.stream = static_cast<cudaStream_t>(stream);
  config.attrs = &in_clusters;
  config.numAttrs = cluster > 1 ? 1 : 0;
  cudaLaunchKernelEx(&config, kernel, Parameters(arguments)...);
  check_launch(what);
}

template <int warps>
void translate_with(const NetworkPair& networks, const TranslationBatch& batch, bool is_pair, std::int64_t words,
                    void* stream) {
  if (is_pair) {
    launch<warps>(translate_pair<warps>, 2 * batch.count, 2, stream, "translating images", networks, batch, words);
  } else {
    launch<warps>(translate<warps>, batch.count, 1, stream, "translating images", networks, batch, words);
  }
}

}  // namespace

TranslationForm form_on_device(int count, bool uses_f) {
  const int multiprocessors = device_attribute(cudaDevAttrMultiProcessorCount);
  if (multiprocessors == 0) throw internal_error("a fused translation without a device");
  return fastest_form(count, uses_f, multiprocessors, has_clusters());
}

void translate_cuda(const DeviceNetwork& f, const DeviceNetwork& g, const TranslationBatch& batch,
                    const TranslationForm& form, void* stream) {
  if (batch.count == 0) return;  // an empty grid is an error to CUDA
  const NetworkPair networks{{g, f}};
  const std::int64_t words = sign_words(std::max(f.blocks, g.blocks));
  const bool is_pair = form.is_pair && batch.lambda != 0;
  if (form.warps == 8) {
    translate_with<8>(networks, batch, is_pair, words, stream);
  } else {
    translate_with<4>(networks, batch, is_pair, words, stream);
  }
}

void features_cuda(const DeviceNetwork& network, int count, const float* images, std::uint32_t* signs, float* out,
                   void* stream) {
  if (count == 0) return;  // an empty grid is an error to CUDA
  const auto kernel = signs == nullptr ? features<4, Pass::evaluate> : features<4, Pass::forward>;
  launch<4>(kernel, count, 1, stream, "evaluating images", network, images, signs, out, sign_words(network.blocks));
}

void pixel_gradient_cuda(const DeviceNetwork& network, int count, const float* images, const std::uint32_t* signs,
                         const float* gradient, float* out, void* stream) {
  if (count == 0) return;  // an empty grid is an error to CUDA
  // The kernel only reads the signs; they are not const because a forward pass writes them in the same place.
  launch<4>(pixel_gradient<4>, count, 1, stream, "running images back", network, images,
            const_cast<std::uint32_t*>(signs), gradient, out, sign_words(network.blocks));
}

}  // namespace m2m::kernels
