// libpng reports errors by a jump. The functions that it may jump out of hold nothing with a destructor.
#include <csetjmp>
// png.h needs the one above.
#include <png.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "core/error.hpp"
#include "data/picture.hpp"

namespace m2m::data {
namespace {

using Text = std::array<char, 160>;

void copy_text(const char* message, Text& text) {
  std::strncpy(text.data(), message, text.size() - 1);  // the last byte stays 0
}

/// True if pixels may be wrong although libpng goes on: transparency is dropped, or checksums do not fit. Data
/// behind the last row are none of the picture.
bool is_damage(std::string_view message) {
  if (message.find("tRNS") != message.npos || message.find("CRC error") != message.npos) return true;
  return message.starts_with("IDAT:") && message != "IDAT: Extra compressed data" &&
         message != "IDAT: Too much image data";
}

/// libpng's reader of one picture, freed whatever happens.
struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string_view unread;
  Text fault{}, warning{};  // the first of each

  explicit Reader(std::string_view bytes);
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

[[noreturn]] void jump_back(png_structp png, png_const_charp message) {
  auto* reader = static_cast<Reader*>(png_get_error_ptr(png));
  copy_text(message, reader->fault);
  png_longjmp(png, 1);
}

void keep_warning(png_structp png, png_const_charp message) {
  auto* reader = static_cast<Reader*>(png_get_error_ptr(png));
  Text& text = is_damage(message) ? reader->fault : reader->warning;
  if (text.front() == '\0') copy_text(message, text);
}

void read_bytes(png_structp png, png_bytep to, png_size_t size) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (reader->unread.size() < size) png_error(png, "no more bytes");
  std::memcpy(to, reader->unread.data(), size);
  reader->unread.remove_prefix(size);
}

Reader::Reader(std::string_view bytes) : unread(bytes) {
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, jump_back, keep_warning);
  if (png != nullptr) info = png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_read_struct(&png, nullptr, nullptr);
    throw std::bad_alloc();
  }
  png_set_benign_errors(png, 1);
  png_set_read_fn(png, this, read_bytes);
}

void read_header(Reader& reader) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return;
  png_read_info(reader.png, reader.info);
}

/// rgba: [height, width, 4]. Gamma and colour profiles are not looked at: pixels are those that the file says.
void read_rows(Reader& reader, unsigned char* rgba) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return;
  png_set_expand(reader.png);
  png_set_scale_16(reader.png);  // 16 bits are finer steps, not another scale
  png_set_gray_to_rgb(reader.png);
  png_set_add_alpha(reader.png, 255, PNG_FILLER_AFTER);
  const int passes = png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  const png_uint_32 height = png_get_image_height(reader.png, reader.info);
  const png_size_t row_size = png_get_rowbytes(reader.png, reader.info);
  for (int pass = 0; pass < passes; ++pass)
    for (png_uint_32 row = 0; row < height; ++row) png_read_row(reader.png, rgba + row * row_size, nullptr);
}

void check(const Reader& reader) {
  if (reader.fault.front() != '\0')
    throw data_error(std::string("is damaged or ends in the middle (") + reader.fault.data() + ")");
}

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
  Reader reader(bytes);
  read_header(reader);
  check(reader);
  const png_uint_32 height = png_get_image_height(reader.png, reader.info);
  const png_uint_32 width = png_get_image_width(reader.png, reader.info);
  check_picture_size(height, width);
  std::vector<std::uint8_t> rgba(std::size_t{4} * height * width);
  read_rows(reader, rgba.data());
  check(reader);
  return {static_cast<int>(height), static_cast<int>(width), over_black(rgba), reader.warning.data()};
}

}  // namespace m2m::data
