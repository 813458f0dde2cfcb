#include "kernels/transforms.hpp"

#include <vector>

#include "kernels/image_operations.hpp"

namespace m2m::kernels {
namespace {

/// The one thread of a CPU that has an image.
struct OneThread {
  template <typename Function>
  void each(int count, Function f) const {
    for (int i = 0; i < count; ++i) f(i);
  }
  template <typename Function>
  void pixels(int height, int width, Function f) const {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) f(y, x);
    }
  }
  void add(int* sum, int value) const { *sum += value; }
  void sync() const {}
};

/// The memory that one image after the other is worked on in.
class Scratch {
 public:
  explicit Scratch(const ImageSizes& sizes)
      : size_(std::size_t{1} * sizes.channels * sizes.height * sizes.width),
        bytes_(2 * size_ + max_transformed_channels * byte_values),
        counts_(max_transformed_channels * byte_values) {}
  ImageWorkspace workspace() {
    return {bytes_.data(), bytes_.data() + size_, bytes_.data() + 2 * size_, counts_.data()};
  }

 private:
  std::size_t size_;
  std::vector<std::uint8_t> bytes_;
  std::vector<int> counts_;
};

}  // namespace

template <typename Real>
void gather_transformed(const std::uint8_t* pixels, int channels, int height, int width,
                        const TransformedIndex* indices, std::int64_t count, const TransformRules& rules,
                        Real divisor, Real* out) {
  const ImageSizes sizes{channels, height, width};
  const OneThread thread;
  Scratch scratch(sizes);
  for (std::int64_t i = 0; i < count; ++i) {
    const TransformedIndex& index = indices[i];
    Real* const image = out + i * channels * height * width;
    if (rules.table == nullptr) {
      gather_augment(pixels, channels, height, width, &index.index, 1, divisor, image);
    } else {
      operate(thread, pixels, sizes, index, rules, scratch.workspace(), image);
    }
    fill_box(thread, sizes, index.transforms.cutout, rules.fill, image);
    fill_box(thread, sizes, index.transforms.erased, rules.fill, image);
  }
}

template void gather_transformed<float>(const std::uint8_t*, int, int, int, const TransformedIndex*, std::int64_t,
                                        const TransformRules&, float, float*);
template void gather_transformed<double>(const std::uint8_t*, int, int, int, const TransformedIndex*, std::int64_t,
                                         const TransformRules&, double, double*);

}  // namespace m2m::kernels
