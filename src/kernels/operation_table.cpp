// The numbers that the operations of AutoAugment and RandAugment compute with, as torchvision derives them.
#include <array>
#include <cmath>
#include <numbers>

#include "kernels/transforms.hpp"

namespace m2m::kernels {
namespace {

/// Value `at` of torch.linspace(0, end, levels) or, from the other end, (start, 0, levels), in float32.
float evenly_spaced(float start, float end, int levels, int at) {
  const float step = (end - start) / static_cast<float>(levels - 1);
  if (at < levels / 2) return start + step * static_cast<float>(at);
  return end - step * static_cast<float>(levels - 1 - at);
}

/// What an affine map is made of: a rotation in degrees, a translation, tangents of shears, and a centre.
struct AffineMap {
  double angle = 0;
  double right = 0, down = 0;
  double shear_x = 0, shear_y = 0;
  double centre_x = 0, centre_y = 0;
};

double radians(double degrees) { return degrees * (std::numbers::pi / 180); }
double degrees_of_tangent(double tangent) { return std::atan(tangent) * (180 / std::numbers::pi); }

/// From a pixel of the result to its place in the image, [2][3]: torchvision's _get_inverse_affine_matrix.
std::array<double, 6> inverse_matrix(const AffineMap& map) {
  const double turn = radians(map.angle);
  const double x = radians(degrees_of_tangent(map.shear_x)), y = radians(degrees_of_tangent(map.shear_y));
  const double a = std::cos(turn - y) / std::cos(y);
  const double b = -std::cos(turn - y) * std::tan(x) / std::cos(y) - std::sin(turn);
  const double c = std::sin(turn - y) / std::cos(y);
  const double d = -std::sin(turn - y) * std::tan(x) / std::cos(y) + std::cos(turn);
  const double left = -map.centre_x - map.right, up = -map.centre_y - map.down;
  return {d, -b, d * left - b * up + map.centre_x, -c, a, -c * left + a * up + map.centre_y};
}

/// The matrix in the coordinates of grid_sample, in which the image reaches from -1 to 1.
OperationNumbers scaled_matrix(const AffineMap& map, int height, int width) {
  const std::array<double, 6> matrix = inverse_matrix(map);
  OperationNumbers numbers{};
  for (int i = 0; i < 6; ++i) {
    const float half = 0.5F * static_cast<float>(i < 3 ? width : height);
    numbers.of[i] = static_cast<float>(matrix[i]) / half;
  }
  return numbers;
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
  table.reserve(static_cast<std::size_t>(operation_kinds) * 2 * levels);
  for (int kind = 0; kind < operation_kinds; ++kind) {
    for (int level = 0; level < levels; ++level) {
      for (const float sign : {1.0F, -1.0F}) {
        table.push_back(numbers_of(static_cast<OperationKind>(kind), levels, level, sign, height, width));
      }
    }
  }
  return table;
}

}  // namespace m2m::kernels
