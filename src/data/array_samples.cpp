#include "data/array_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "data/image_list.hpp"

namespace m2m::data {

ValueRange value_range(const std::vector<float>& values) {
  if (values.empty()) return {};
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return {*smallest, *largest};
}

void scale_to_unit(const ValueRange& range, std::vector<float>& values) {
  const double width = range.largest > range.smallest ? range.largest - range.smallest : 1;
  for (float& value : values) value = static_cast<float>((value - range.smallest) / width);
}

namespace {

Error unexpected(const NamedArray& one, const std::string& expected) {
  return data_error(
      fmt::format("{} is {} {}; expected {}", one.name, one.array.type, shape_text(one.array.shape), expected));
}

/// Converts the stored values to T; the bytes need not be aligned.
template <typename Stored, typename T>
std::vector<T> values_as(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored value;
    std::memcpy(&value, bytes.data() + i * sizeof(Stored), sizeof value);
    values[i] = static_cast<T>(value);  // NOLINT(bugprone-signed-char-misuse): labels may be int8
  }
  return values;
}

/// Integers of any type. Unsigned numbers beyond int64 become negative, so they are not labels.
std::vector<std::int64_t> whole_numbers(const NamedArray& one) {
  const std::string& type = one.array.type;
  const std::string_view bytes = one.array.bytes;
  if (type == "u1") return values_as<std::uint8_t, std::int64_t>(bytes);
  if (type == "u2") return values_as<std::uint16_t, std::int64_t>(bytes);
  if (type == "u4") return values_as<std::uint32_t, std::int64_t>(bytes);
  if (type == "u8") return values_as<std::uint64_t, std::int64_t>(bytes);
  if (type == "i1") return values_as<std::int8_t, std::int64_t>(bytes);
  if (type == "i2") return values_as<std::int16_t, std::int64_t>(bytes);
  if (type == "i4") return values_as<std::int32_t, std::int64_t>(bytes);
  if (type == "i8") return values_as<std::int64_t, std::int64_t>(bytes);
  throw unexpected(one, "labels as integers; convert them with astype('int64')");
}

std::vector<std::int32_t> parse_labels(const NamedArray& y, std::int64_t samples) {
  const auto& shape = y.array.shape;
  const bool is_row = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!is_row || shape[0] != samples) {
    const bool is_one_hot = shape.size() == 2 && shape[0] == samples;
    throw unexpected(y, fmt::format("({},), a label for each sample{}", samples,
                                    is_one_hot ? "; convert one-hot rows with numpy.argmax(y, axis=1)" : ""));
  }
  std::vector<std::int32_t> labels;
  for (const std::int64_t label : whole_numbers(y)) {
    if (label < 0 || label >= max_classes) {
      const bool is_unsigned = y.array.type[0] == 'u';
      throw data_error(fmt::format(
          "{}: label {} of sample {}; expected 0 to K-1, K at most {}: number the classes from 0 without gaps",
          y.name, is_unsigned ? fmt::format("{}", static_cast<std::uint64_t>(label)) : fmt::format("{}", label),
          labels.size(), max_classes));
    }
    labels.push_back(static_cast<std::int32_t>(label));
  }
  return labels;
}

bool is_channels(std::int64_t side) { return side == 1 || side == 3; }

/// Shape of the images, and true if channels are the last index.
std::pair<ImageShape, bool> image_layout(const NamedArray& x) {
  constexpr std::int64_t max_side = 20'000;
  const auto& shape = x.array.shape;
  const bool is_plane = shape.size() == 3, is_image = shape.size() == 4;
  const bool is_last = is_plane || (is_image && is_channels(shape[3]));
  const bool is_first = !is_last && is_image && is_channels(shape[1]);
  if ((is_last || is_first) && *std::max_element(shape.begin() + 1, shape.end()) <= max_side &&
      *std::min_element(shape.begin(), shape.end()) > 0) {
    const auto side = [&](std::size_t index) { return static_cast<int>(shape[index]); };
    if (is_first) return {{side(1), side(2), side(3)}, false};
    return {{is_plane ? 1 : side(3), side(1), side(2)}, true};
  }
  throw unexpected(x,
                   "uint8 (n, height, width), (n, height, width, c) or (n, c, height, width) with c of 1 or 3, or "
                   "float32 or float64 (n, features), which astype('float32') makes of numbers");
}

std::vector<double> feature_values(const NamedArray& x) {
  auto values =
      x.array.type == "f4" ? values_as<float, double>(x.array.bytes) : values_as<double, double>(x.array.bytes);
  const auto odd =
      std::find_if_not(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  if (odd != values.end()) {
    throw data_error(fmt::format("{}: value {} of sample {} is not finite; replace it, or leave out the sample",
                                 x.name, (odd - values.begin()) % x.array.shape[1],
                                 (odd - values.begin()) / x.array.shape[1]));
  }
  return values;
}

}  // namespace

bool holds_features(const NamedArray& x) { return x.array.type == "f4" || x.array.type == "f8"; }

void check_same_kind(const NamedArray& x, const NamedArray& train) {
  constexpr std::int64_t max_features = 1'000'000;
  const auto& shape = x.array.shape;
  if (!shape.empty() && shape[0] == 0) {
    throw unexpected(x, x.name.starts_with("x_val")
                            ? "at least one sample; to go without validation, leave out both of its arrays"
                            : "at least one sample");
  }
  if (holds_features(x)) {
    if (shape.size() != 2 || shape[1] < 1 || shape[1] > max_features) {
      throw unexpected(x,
                       "features of shape (n, d), or pixels as uint8, which numpy.round(255 * x).astype('uint8') "
                       "makes of pixels from 0 to 1");
    }
  } else if (x.array.type == "u1") {
    image_layout(x);
  } else {
    throw unexpected(
        x, "pixels as uint8 or features as float32, which astype('uint8') or astype('float32') makes of them");
  }
  const auto& first = train.array.shape;
  const bool is_alike =
      shape.size() == first.size() && std::equal(shape.begin() + 1, shape.end(), first.begin() + 1);
  if (x.array.type != train.array.type || !is_alike) {
    throw unexpected(x, fmt::format("samples like those of x_train, {} {}", train.array.type, shape_text(first)));
  }
}

Samples samples_from_pixels(const NamedArray& x, const NamedArray& y) {
  Samples samples;
  const auto [shape, is_channel_last] = image_layout(x);
  samples.shape = shape;
  auto pixels = values_as<std::uint8_t, std::uint8_t>(x.array.bytes);
  samples.labels = parse_labels(y, x.array.shape[0]);
  if (!is_channel_last || shape.channels == 1) {
    samples.pixels = std::move(pixels);
    return samples;
  }
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t size = static_cast<std::size_t>(shape.size()), area = size / channels;
  std::vector<std::uint8_t> planes(pixels.size());
  for (std::size_t first = 0; first < pixels.size(); first += size) {
    for (std::size_t i = 0; i < size; ++i) planes[first + i % channels * area + i / channels] = pixels[first + i];
  }
  samples.pixels = std::move(planes);
  return samples;
}

ValueRange value_range(const NamedArray& x) {
  const std::vector<double> values = feature_values(x);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (!(*most > *least)) throw data_error(x.name + ": all values are equal; features must differ between samples");
  return {*least, *most};
}

/// Scales in halves, because the range of doubles may not fit a double.
Samples samples_from_features(const NamedArray& x, const NamedArray& y, const ValueRange& range) {
  Samples samples;
  samples.shape = {1, 1, static_cast<int>(x.array.shape[1])};
  samples.labels = parse_labels(y, x.array.shape[0]);
  std::vector<float> features;
  for (const double value : feature_values(x)) {
    const double scaled = (value / 2 - range.smallest / 2) / (range.largest / 2 - range.smallest / 2);
    features.push_back(static_cast<float>(scaled));
    if (!std::isfinite(features.back()))
      throw data_error(x.name +
                       ": a value is too far outside of the range of x_train; check that both have the same units");
  }
  samples.features = std::move(features);
  return samples;
}

}  // namespace m2m::data
