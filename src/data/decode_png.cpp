#include <png.h>

#include "core/error.hpp"
#include "data/picture.hpp"

namespace m2m {
namespace {

/// libpng's simplified reader, freed whatever happens.
struct Reader {
  png_image image{};
  Reader() { image.version = PNG_IMAGE_VERSION; }
  ~Reader() { png_image_free(&image); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The first complaint is kept by the library, an error or a warning.
  void check() const {
    if (image.warning_or_error != 0) {
      throw data_error(std::string("is damaged or ends in the middle (") + image.message + ")");
    }
  }
};

std::vector<std::uint8_t> over_black(const std::vector<std::uint8_t>& rgba) {
  std::vector<std::uint8_t> rgb(rgba.size() / 4 * 3);
  for (std::size_t pixel = 0; pixel < rgba.size() / 4; ++pixel) {
    const int alpha = rgba[4 * pixel + 3];
    for (std::size_t channel = 0; channel < 3; ++channel)
      rgb[3 * pixel + channel] = static_cast<std::uint8_t>((rgba[4 * pixel + channel] * alpha + 127) / 255);
  }
  return rgb;
}

}  // namespace

Picture decode_png(std::string_view bytes) {
  // The library stops reading after the last row, so what is missing behind it has to be looked for.
  if (bytes.find(std::string_view("IEND\xAE\x42\x60\x82", 8)) == std::string_view::npos)
    throw data_error("ends in the middle");
  Reader reader;
  png_image_begin_read_from_memory(&reader.image, bytes.data(), bytes.size());
  // Many programs write colour profiles that libpng frowns on; colours are read without them anyway.
  const bool is_about_profile = std::string_view(reader.image.message).starts_with("iCCP");
  if (reader.image.warning_or_error == PNG_IMAGE_WARNING && is_about_profile) reader.image.warning_or_error = 0;
  reader.check();
  check_picture_size(reader.image.height, reader.image.width);
  reader.image.format = PNG_FORMAT_RGBA;
  reader.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // 16 bits are finer steps, not another scale
  Picture picture{static_cast<int>(reader.image.height), static_cast<int>(reader.image.width), {}};
  std::vector<std::uint8_t> rgba(PNG_IMAGE_SIZE(reader.image));
  png_image_finish_read(&reader.image, nullptr, rgba.data(), 0, nullptr);
  reader.check();
  picture.rgb = over_black(rgba);
  return picture;
}

}  // namespace m2m
