#include "kernels/affine_map.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace m2m::kernels {
namespace {

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

}  // namespace

OperationNumbers scaled_matrix(const AffineMap& map, int height, int width) {
  const std::array<double, 6> matrix = inverse_matrix(map);
  OperationNumbers numbers{};
  for (int i = 0; i < 6; ++i) {
    const float half = 0.5F * static_cast<float>(i < 3 ? width : height);
    numbers.of[i] = static_cast<float>(matrix[i]) / half;
  }
  return numbers;
}

}  // namespace m2m::kernels
