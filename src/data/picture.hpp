#pragma once
// One picture: decoded from JPEG or PNG, and resized to a small square.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

/// A decoded picture.
struct Picture {
  int height = 0, width = 0;
  std::vector<std::uint8_t> rgb;  // [height, width, 3]
  std::string warning = {};       // the first warning of the decoder library; empty if there is none
};

/// Decodes JPEG or PNG, whichever the first bytes show. Grey, CMYK, palette and 16-bit pictures become 8-bit RGB;
/// transparent pixels become black. Camera orientation, gamma and colour profiles are ignored. Stray bytes and
/// unknown chunks, which change no pixel, give a warning. Local; the same on every machine with libjpeg-turbo.
///
/// Throws Error (bad_data) with the fault alone ("ends in the middle") if the file has another format, which is
/// named; if it is cut short or damaged so that the library would invent pixels; or if a side exceeds 20,000 or the
/// picture 100 million pixels.
Picture decode_picture(std::string_view bytes);

/// Decodes JPEG; see decode_picture.
Picture decode_jpeg(std::string_view bytes);
/// Decodes PNG; see decode_picture.
Picture decode_png(std::string_view bytes);

/// Name of the format of a file that is neither JPEG nor PNG, by its first bytes: "a GIF picture", "a web page"; ""
/// if unknown. Pure.
std::string other_format(std::string_view bytes);

/// Throws Error (bad_data) if a picture is empty or too large; see decode_picture. Pure.
void check_picture_size(std::uint64_t height, std::uint64_t width);

/// Resizes the shorter side to `size` and returns the middle square. The filter is a triangle as wide as a pixel of
/// the result or of the picture, whichever is larger, as in Pillow's BILINEAR. Integer arithmetic, so exact on
/// every machine. A square picture of that size is returned unchanged. Pure.
Picture resize_square(const Picture& picture, int size);

}  // namespace m2m::data
