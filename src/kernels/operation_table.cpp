// The numbers that the operations of AutoAugment and RandAugment compute with, as torchvision derives them.
#include <cmath>

#include "kernels/affine_map.hpp"

namespace m2m::kernels {
namespace {

/// Value `at` of torch.linspace(0, end, levels) or, from the other end, (start, 0, levels), in float32.
float evenly_spaced(float start, float end, int levels, int at) {
  const float step = (end - start) / static_cast<float>(levels - 1);
  if (at < levels / 2) return start + step * static_cast<float>(at);
  return end - step * static_cast<float>(levels - 1 - at);
}

/// Factors of the image and of what it is blended with.
OperationNumbers blend_factors(float magnitude) {
  const double factor = 1.0 + static_cast<double>(magnitude);
  return {{static_cast<float>(factor), static_cast<float>(1.0 - factor)}};
}

/// Bits that posterising drops at a level: from none to 4.
float dropped_bits(int levels, int level) {
  return std::nearbyint(static_cast<float>(level) / (static_cast<float>(levels - 1) / 4.0F));
}

OperationNumbers numbers_of(OperationKind kind, int levels, int level, float sign, int height, int width) {
  const auto up_to = [&](double strongest) {
    return sign * evenly_spaced(0, static_cast<float>(strongest), levels, level);
  };
  const auto pixels = [&](int size) { return std::trunc(static_cast<double>(up_to(150.0 / 331.0 * size))); };
  const double corner_x = -0.5 * width, corner_y = -0.5 * height;
  switch (kind) {
    case OperationKind::shear_x:
      return scaled_matrix({.shear_x = up_to(0.3), .centre_x = corner_x, .centre_y = corner_y}, height, width);
    case OperationKind::shear_y:
      return scaled_matrix({.shear_y = up_to(0.3), .centre_x = corner_x, .centre_y = corner_y}, height, width);
    case OperationKind::translate_x:
      return scaled_matrix({.right = pixels(width)}, height, width);
    case OperationKind::translate_y:
      return scaled_matrix({.down = pixels(height)}, height, width);
    case OperationKind::rotate:
      return scaled_matrix({.angle = -up_to(30)}, height, width);
    case OperationKind::posterize:
      return {{dropped_bits(levels, level)}};
    case OperationKind::solarize:
      return {{evenly_spaced(255, 0, levels, level)}};
    default:
      return is_signed(kind) ? blend_factors(up_to(0.9)) : OperationNumbers{};
  }
}

}  // namespace

std::vector<OperationNumbers> operation_table(int levels, int height, int width) {
  std::vector<OperationNumbers> table;
  table.reserve(static_cast<std::size_t>(torchvision_kinds) * 2 * levels);
  for (int kind = 0; kind < torchvision_kinds; ++kind) {
    for (int level = 0; level < levels; ++level) {
      for (const float sign : {1.0F, -1.0F}) {
        table.push_back(numbers_of(static_cast<OperationKind>(kind), levels, level, sign, height, width));
      }
    }
  }
  return table;
}

}  // namespace m2m::kernels
