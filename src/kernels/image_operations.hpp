#pragma once
// The operations of kernels/transforms.hpp on one image, written once for a thread of a CPU and a block of a GPU: a
// Team (image_bytes.hpp).
#include <cstdint>

#include "kernels/image_bytes.hpp"
#include "kernels/image_filters.hpp"

namespace m2m::kernels {

/// A pixel of a resized window, as a byte.
M2M_DEVICE std::uint8_t window_byte(const std::uint8_t* plane, const ImageSizes& sizes, const GatherIndex& index,
                                    int y, int x) {
  const Window& window = index.window;
  const Interpolation<float> v = interpolate_at<float>(y, sizes.height, window.height);
  const Interpolation<float> h =
      interpolate_at<float>(index.flip != 0 ? sizes.width - 1 - x : x, sizes.width, window.width);
  const std::uint8_t* upper = plane + (window.top + v.low) * sizes.width + window.left;
  const std::uint8_t* lower = plane + (window.top + v.high) * sizes.width + window.left;
  const auto across = [&h](const std::uint8_t* row) {
    return static_cast<float>(row[h.low]) + rounded_product(h.share, static_cast<float>(row[h.high] - row[h.low]));
  };
  const float above = across(upper), below = across(lower);
  return static_cast<std::uint8_t>(nearest_even(above + rounded_product(v.share, below - above)));
}

/// Loads an image, cropped and flipped, with its pixels scaled to 0 .. 255.
template <class Team>
M2M_DEVICE void load_image(const Team& team, const std::uint8_t* pixels, const ImageSizes& sizes,
                           const GatherIndex& index, int max_pixel, std::uint8_t* image) {
  const int plane = sizes.height * sizes.width;
  const std::uint8_t* from = pixels + std::int64_t{index.row} * sizes.channels * plane;
  team.pixels(sizes.height, sizes.width, [&](int y, int x) {
    const int line = y + index.dy, column = (index.flip != 0 ? sizes.width - 1 - x : x) + index.dx;
    const bool is_window = index.window.height > 0;
    const bool inside = line >= 0 && line < sizes.height && column >= 0 && column < sizes.width;
    for (int c = 0; c < sizes.channels; ++c) {
      const std::uint8_t* of_channel = from + c * plane;
      int value = inside && !is_window ? of_channel[line * sizes.width + column] : 0;
      if (is_window) value = window_byte(of_channel, sizes, index, y, x);
      if (max_pixel != max_byte) value = (2 * max_byte * value + max_pixel) / (2 * max_pixel);
      image[c * plane + y * sizes.width + x] = static_cast<std::uint8_t>(value);
    }
  });
  team.sync();
}

/// Moves pixels: shears, translations, rotation. torchvision's _gen_affine_grid and grid_sample, step by step.
template <class Team>
M2M_DEVICE void move_pixels(const Team& team, const ImageSizes& sizes, const OperationNumbers& numbers,
                            ImageWorkspace& space) {
  const int plane = sizes.height * sizes.width;
  const auto width = static_cast<float>(sizes.width), height = static_cast<float>(sizes.height);
  const float* m = numbers.of;
  const auto source = [](float across, float down, float shift, float size) {
    return nearest_even((rounded_product(((across + down) + shift) + 1.0F, size) - 1.0F) / 2.0F);
  };
  team.pixels(sizes.height, sizes.width, [&](int y, int x) {
    const float from_x = (static_cast<float>(x) + 0.5F) - 0.5F * width;
    const float from_y = (static_cast<float>(y) + 0.5F) - 0.5F * height;
    const int column = source(rounded_product(from_x, m[0]), rounded_product(from_y, m[1]), m[2], width);
    const int line = source(rounded_product(from_x, m[3]), rounded_product(from_y, m[4]), m[5], height);
    const bool inside = line >= 0 && line < sizes.height && column >= 0 && column < sizes.width;
    for (int c = 0; c < sizes.channels; ++c) {
      space.other[c * plane + y * sizes.width + x] =
          inside ? space.image[c * plane + line * sizes.width + column] : std::uint8_t{0};
    }
  });
  team.sync();
  std::uint8_t* const moved = space.other;
  space.other = space.image;
  space.image = moved;
}

/// Blends each pixel with its grey value.
template <class Team>
M2M_DEVICE void change_color(const Team& team, const ImageSizes& sizes, const OperationNumbers& numbers,
                             std::uint8_t* image) {
  if (sizes.channels == 1) return;
  const int plane = sizes.height * sizes.width;
  team.each(plane, [&](int at) {
    const auto grey = static_cast<float>(grey_value(image, sizes, at));
    for (int c = 0; c < sizes.channels; ++c) image[c * plane + at] = blended(numbers, image[c * plane + at], grey);
  });
  team.sync();
}

/// The mean of 3x3 pixels in which the middle one counts five times, rounded; at the border the pixel. A sum of
/// whole numbers divided by 13 never lies between two.
M2M_DEVICE int smoothed(const std::uint8_t* plane, const ImageSizes& sizes, int y, int x) {
  const std::uint8_t* middle = plane + y * sizes.width + x;
  if (y == 0 || x == 0 || y == sizes.height - 1 || x == sizes.width - 1) return *middle;
  constexpr int weight = 13;
  int sum = 4 * *middle;
  for (int line = -1; line <= 1; ++line) {
    for (int column = -1; column <= 1; ++column) sum += middle[line * sizes.width + column];
  }
  return (2 * sum + weight) / (2 * weight);
}

/// Blends the image with a smoothed one.
template <class Team>
M2M_DEVICE void change_sharpness(const Team& team, const ImageSizes& sizes, const OperationNumbers& numbers,
                                 ImageWorkspace& space) {
  if (sizes.height <= 2 || sizes.width <= 2) return;
  change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
    return blended(numbers, plane[y * sizes.width + x], static_cast<float>(smoothed(plane, sizes, y, x)));
  });
}

/// Applies one operation; ends with a barrier.
template <class Team>
M2M_DEVICE void apply_operation(const Team& team, OperationKind kind, const OperationNumbers& numbers,
                                const ImageSizes& sizes, ImageWorkspace& space) {
  const auto blend_all = [&](float other) {
    map_values(team, sizes, space, [&](int value) { return blended(numbers, static_cast<float>(value), other); });
  };
  switch (kind) {
    case OperationKind::identity:
      return;
    case OperationKind::brightness:
      return blend_all(0);
    case OperationKind::color:
      return change_color(team, sizes, numbers, space.image);
    case OperationKind::contrast:
      return blend_all(mean_grey(team, sizes, space));
    case OperationKind::sharpness:
      return change_sharpness(team, sizes, numbers, space);
    case OperationKind::posterize: {
      const int bits = static_cast<int>(numbers.of[0]);
      return map_values(team, sizes, space, [&](int value) { return value >> bits << bits; });
    }
    case OperationKind::solarize:
      return map_values(team, sizes, space, [&](int value) {
        return static_cast<float>(value) >= numbers.of[0] ? max_byte - value : value;
      });
    case OperationKind::autocontrast:
      return spread_values(team, sizes, space, false);
    case OperationKind::equalize:
      return spread_values(team, sizes, space, true);
    case OperationKind::invert:
      return map_values(team, sizes, space, [](int value) { return max_byte - value; });
    case OperationKind::flip:
    case OperationKind::mirror:
      return turn_over(team, sizes, kind == OperationKind::flip, space);
    case OperationKind::edge_enhance:
    case OperationKind::detail:
    case OperationKind::smooth:
      return filter_pixels(team, sizes, numbers, space);
    case OperationKind::gaussian_blur:
      return blur(team, sizes, numbers, space);
    case OperationKind::resize_crop:
      return resize_and_crop(team, sizes, numbers, space);
    case OperationKind::solarize_add: {
      const int added = static_cast<int>(numbers.of[0]);
      constexpr int threshold = 128;
      return map_values(team, sizes, space, [&](int value) {
        const int bright = value + added < max_byte ? value + added : max_byte;
        return bright < threshold ? bright : max_byte - bright;
      });
    }
    default:
      return move_pixels(team, sizes, numbers, space);
  }
}

/// Loads an image, applies its operations and writes it to `out`, [channels][height][width], divided by 255.
template <typename Real, class Team>
M2M_DEVICE void operate(const Team& team, const std::uint8_t* pixels, const ImageSizes& sizes,
                        const TransformedIndex& index, const TransformRules& rules, ImageWorkspace space,
                        Real* out) {
  load_image(team, pixels, sizes, index.index, rules.max_pixel, space.image);
  for (const Operation& operation : index.transforms.operations) {
    const int row = static_cast<int>(operation.kind) * 2 * rules.levels + operation.magnitude;
    apply_operation(team, operation.kind, rules.table[row], sizes, space);
  }
  team.each(sizes.channels * sizes.height * sizes.width,
            [&](int at) { out[at] = static_cast<Real>(space.image[at]) / static_cast<Real>(max_byte); });
}

/// Replaces the pixels of a box by the mean pixel. Each thread may write any of them.
template <typename Real, class Team>
M2M_DEVICE void fill_box(const Team& team, const ImageSizes& sizes, const Window& box, const float* fill,
                         Real* out) {
  if (box.height == 0) return;
  const int plane = sizes.height * sizes.width;
  team.pixels(box.height, box.width, [&](int y, int x) {
    for (int c = 0; c < sizes.channels; ++c) {
      out[c * plane + (box.top + y) * sizes.width + box.left + x] = static_cast<Real>(fill[c]);
    }
  });
}

}  // namespace m2m::kernels
