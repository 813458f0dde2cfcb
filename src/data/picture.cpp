#include "data/picture.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace m2m::data {

void check_picture_size(std::uint64_t height, std::uint64_t width) {
  constexpr std::uint64_t most_on_a_side = 20'000, most_pixels = 100'000'000;
  if (height >= 1 && width >= 1 && height <= most_on_a_side && width <= most_on_a_side &&
      height * width <= most_pixels) {
    return;
  }
  throw data_error(fmt::format("has {} x {} pixels; at most {} a side and {} in all are read", group_digits(width),
                               group_digits(height), group_digits(most_on_a_side), group_digits(most_pixels)));
}

Picture decode_picture(std::string_view bytes) {
  if (bytes.empty()) throw data_error("is empty");
  if (bytes.starts_with("\xFF\xD8\xFF")) return decode_jpeg(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return decode_png(bytes);
  const std::string format = other_format(bytes);
  throw data_error(format.empty() ? "is neither JPEG nor PNG" : "is " + format + ", neither JPEG nor PNG");
}

}  // namespace m2m::data
