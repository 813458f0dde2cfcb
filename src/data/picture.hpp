#pragma once
// One picture: decoded from JPEG or PNG, and made a small square.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

struct Picture {
  int height = 0, width = 0;
  std::vector<std::uint8_t> rgb;  // [height, width, 3]
  std::string warning = {};       // the decoder library's first one about the file; empty if there is none
};

/// Decodes a file's bytes, of JPEG or PNG by what they begin with, whatever the file is called. Grey, CMYK,
/// palette, 16 bits become RGB of 8; what is transparent shows black. A camera's note which way is up is not looked
/// at, nor are gamma and colour profiles. Stray bytes and odd chunks, which leave all pixels as they are, give a
/// warning. Local; the same on every machine with libjpeg-turbo.
///
/// Throws Error (bad_data), whose sentence only says what is wrong ("ends in the middle"): another format, which it
/// names; cut short, or damaged so that pixels had to be made up, although the library only warns of that, too; a
/// side over 20,000 or more than 100 million pixels.
Picture decode_picture(std::string_view bytes);

/// The two formats; see decode_picture.
Picture decode_jpeg(std::string_view bytes);
Picture decode_png(std::string_view bytes);

/// What a file that is neither JPEG nor PNG is, by its first bytes: "a GIF picture", "a web page"; "" if unknown.
std::string other_format(std::string_view bytes);

/// Throws Error (bad_data) where a picture is too large to be meant.
void check_picture_size(std::uint64_t height, std::uint64_t width);

/// The middle square of the picture whose shorter side has been resized to `size`. The filter is a triangle as wide
/// as a pixel of the result, or of the picture where that is larger, as in Pillow's BILINEAR; whole numbers
/// throughout, so exact on every machine. A picture of that size already comes back as it is.
Picture resize_square(const Picture& picture, int size);

}  // namespace m2m::data
