// The numbers that the operations of the curriculum of augmentation by class compute with, as Pillow derives them.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kernels/affine_map.hpp"
#include "kernels/image_filters.hpp"

namespace m2m::kernels {
namespace {

constexpr double full_level = 30;  // of which a class reaches a third
constexpr double byte_bits = 8;

/// Factors of the image and of what it is blended with, at a share of 0.1 to 1.9.
OperationNumbers blend_numbers(double share) {
  const double factor = 0.1 + 1.8 * share;
  return {{static_cast<float>(factor), static_cast<float>(1.0 - factor)}};
}

/// Weights of a 3x3 filter, of whole numbers and their divisor.
OperationNumbers filter_numbers(float corner, float beside, float middle, float divisor) {
  return {{corner / divisor, beside / divisor, middle / divisor}};
}

/// Weights of three pixels, three means by which have about the deviation of a Gaussian. Gwosdek, Grewenig, Bruhn,
/// Weickert: "Theoretical foundations of Gaussian convolution by extended box filtering", SSVM 2011, [7] to [14],
/// in Pillow's arithmetic. deviation: below 1, so that the whole part of the radius is 0.
OperationNumbers blur_numbers(double deviation) {
  constexpr float passes = 3, one = 1 << 24;
  const auto sigma = static_cast<float>(deviation);
  const float variance = sigma * sigma / passes;
  const float radius = -3 * variance / (6 * (variance - 1));
  const auto middle = static_cast<std::uint32_t>(one / (radius * 2 + 1));
  const std::uint32_t beside = (static_cast<std::uint32_t>(one) - middle) / 2;
  return {{static_cast<float>(middle), static_cast<float>(beside)}};
}

double sinc(double x) { return x == 0 ? 1.0 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }

double lanczos(double x) { return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0.0; }

/// The weights of pixel `at` of a line of `length` pixels that is enlarged; 0 outside of the line.
OperationNumbers resize_weights(int at, int length, int enlarged) {
  const double centre = (at + 0.5) * (static_cast<double>(length) / enlarged);
  const int first = first_weighed(at, length, enlarged);
  std::array<double, 6> weights{};
  double sum = 0;
  for (int i = 0; i < 6; ++i) {
    if (first + i < 0 || first + i >= length) continue;
    weights.at(i) = lanczos(first + i - centre + 0.5);
    sum += weights.at(i);
  }
  OperationNumbers numbers{};
  for (int i = 0; i < 6; ++i) {
    numbers.of[i] = static_cast<float>(std::lround(weights.at(i) / sum * (1 << resize_bits)));
  }
  return numbers;
}

int enlarged_length(int length, double share) { return static_cast<int>(length * (share * (1.5 - 1) + 1)); }

OperationNumbers numbers_of(OperationKind kind, int level, float sign, int height, int width) {
  const double share = level / full_level;
  const double corner_x = -0.5 * width, corner_y = -0.5 * height;
  switch (kind) {
    case OperationKind::shear_x:
      return scaled_matrix({.shear_x = sign * share * 0.3, .centre_x = corner_x, .centre_y = corner_y}, height,
                           width);
    case OperationKind::shear_y:
      return scaled_matrix({.shear_y = sign * share * 0.3, .centre_x = corner_x, .centre_y = corner_y}, height,
                           width);
    case OperationKind::translate_x:
      return scaled_matrix({.right = -sign * share * 100}, height, width);
    case OperationKind::translate_y:
      return scaled_matrix({.down = -sign * share * 100}, height, width);
    case OperationKind::rotate:
      return scaled_matrix({.angle = -sign * share * 30}, height, width);
    case OperationKind::brightness:
    case OperationKind::color:
    case OperationKind::contrast:
    case OperationKind::sharpness:
      return blend_numbers(share);
    case OperationKind::posterize:
      return {{static_cast<float>(byte_bits - std::max(1.0, std::floor(share * 4)))}};
    case OperationKind::solarize:
      return {{static_cast<float>(share * 256)}};
    case OperationKind::edge_enhance:
      return filter_numbers(-1, -1, 10, 2);
    case OperationKind::detail:
      return filter_numbers(0, -1, 10, 6);
    case OperationKind::smooth:
      return filter_numbers(1, 1, 5, 13);
    case OperationKind::gaussian_blur:
      return blur_numbers(share * 2);
    case OperationKind::solarize_add:
      return {{static_cast<float>(std::floor(share * 110))}};
    default:
      return {};
  }
}

/// Adds the weights of an enlarged line to the table.
void add_weights(int length, int enlarged, std::vector<OperationNumbers>& table) {
  for (int at = 0; at < enlarged; ++at) table.push_back(resize_weights(at, length, enlarged));
}

/// Adds the weights of `resize_crop` at a level to the table, and its numbers to rows that say where they are.
void add_resize(int level, int height, int width, std::vector<OperationNumbers>& table) {
  const double share = level / full_level;
  const int enlarged_height = enlarged_length(height, share), enlarged_width = enlarged_length(width, share);
  const auto weights = static_cast<int>(table.size());
  const int first = (static_cast<int>(OperationKind::resize_crop) * curriculum_levels + level) * 2;
  for (int row = first; row < first + 2; ++row) {
    table[row] = {{static_cast<float>(enlarged_height), static_cast<float>(enlarged_width),
                   static_cast<float>(weights - row), static_cast<float>(weights + enlarged_height - row)}};
  }
  add_weights(height, enlarged_height, table);
  add_weights(width, enlarged_width, table);
}

}  // namespace

std::vector<OperationNumbers> curriculum_table(int height, int width) {
  std::vector<OperationNumbers> table;
  for (int kind = 0; kind < operation_kinds; ++kind) {
    for (int level = 0; level < curriculum_levels; ++level) {
      for (const float sign : {1.0F, -1.0F}) {
        table.push_back(numbers_of(static_cast<OperationKind>(kind), level, sign, height, width));
      }
    }
  }
  for (int level = 0; level < curriculum_levels; ++level) add_resize(level, height, width, table);
  return table;
}

}  // namespace m2m::kernels
