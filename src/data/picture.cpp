#include "data/picture.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/error.hpp"
#include "core/text.hpp"

namespace m2m::data {

void check_picture_size(std::uint64_t height, std::uint64_t width) {
  constexpr std::uint64_t max_side = 20'000, max_pixels = 100'000'000;
  if (height >= 1 && width >= 1 && height <= max_side && width <= max_side && height * width <= max_pixels) {
    return;
  }
  throw data_error(fmt::format("has {} x {} pixels, expected at most {} a side and {} in all", group_digits(width),
                               group_digits(height), group_digits(max_side), group_digits(max_pixels)));
}

Picture decode_picture(std::string_view bytes) {
  if (bytes.empty()) throw data_error("is empty");
  if (bytes.starts_with("\xFF\xD8\xFF")) return decode_jpeg(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return decode_png(bytes);
  const std::string format = other_format(bytes);
  throw data_error(format.empty() ? "is neither JPEG nor PNG" : "is " + format + ", neither JPEG nor PNG");
}

// libpng reports errors by a jump, so the functions that it may leave hold no object with a destructor.
namespace {

using Text = std::array<char, 160>;

void copy_text(const char* message, Text& text) {
  std::strncpy(text.data(), message, text.size() - 1);  // the last byte stays 0
}

/// True if pixels may be wrong although libpng continues: transparency is dropped, or checksums differ. Data behind
/// the last row are not part of the picture.
bool is_damage(std::string_view message) {
  if (message.find("tRNS") != message.npos || message.find("CRC error") != message.npos) return true;
  return message.starts_with("IDAT:") && message != "IDAT: Extra compressed data" &&
         message != "IDAT: Too much image data";
}

/// Owner of libpng's reader of one picture.
struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string_view unread;
  Text fault{}, warning{};  // the first error and the first warning

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

/// Reads rows into rgba: [height, width, 4]. Ignores gamma and colour profiles.
void read_rows(Reader& reader, unsigned char* rgba) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return;
  png_set_expand(reader.png);
  png_set_scale_16(reader.png);  // 16 bits are finer steps of the same scale
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
  // The library stops reading after the last row, so the end mark is checked here.
  if (bytes.find(std::string_view("IEND\xAE\x42\x60\x82", 8)) == std::string_view::npos)
    throw data_error("ends in the middle");
  Reader reader(bytes);
  read_header(reader);
  check(reader);
  const png_uint_32 height = png_get_image_height(reader.png, reader.info);
  const png_uint_32 width = png_get_image_width(reader.png, reader.info);
  check_picture_size(height, width);
  constexpr std::size_t max_ratio = 1032;  // of DEFLATE: a small file with a large size cannot hold its pixels
  if (std::size_t{height} * png_get_rowbytes(reader.png, reader.info) > max_ratio * bytes.size())
    throw data_error("is damaged or ends in the middle (it has too few bytes for its size)");
  std::vector<std::uint8_t> rgba(std::size_t{4} * height * width);
  read_rows(reader, rgba.data());
  check(reader);
  return {static_cast<int>(height), static_cast<int>(width), over_black(rgba), reader.warning.data()};
}

// Other formats that files called .jpg or .png have.
namespace {

using namespace std::string_view_literals;

struct Format {
  std::size_t at;  // offset of the bytes
  std::string_view bytes;
  const char* name;
};

constexpr std::array formats{
    Format{0, "GIF8"sv, "a GIF picture"},
    Format{8, "WEBP"sv, "a WebP picture"},
    Format{0, "BM"sv, "a BMP picture"},
    Format{0, "II*\0"sv, "a TIFF picture"},
    Format{0, "MM\0*"sv, "a TIFF picture"},
    Format{4, "ftypavif"sv, "an AVIF picture"},
    Format{4, "ftypheic"sv, "a HEIC picture"},
    Format{4, "ftypmif1"sv, "a HEIF picture"},
    Format{4, "jP  \r\n"sv, "a JPEG 2000 picture"},
    Format{0, "\xFF\x4F\xFF\x51"sv, "a JPEG 2000 picture"},
    Format{0, "\xFF\x0A"sv, "a JPEG XL picture"},
    Format{4, "JXL "sv, "a JPEG XL picture"},
    Format{0, "\0\0\1\0"sv, "a Windows icon"},
    Format{0, "8BPS"sv, "a Photoshop file"},
    Format{0, "%PDF"sv, "a PDF document"},
    Format{0, "\0\x05\x16\x07"sv, "a hidden companion file of macOS"},
    Format{0, "version https://git-lfs"sv, "a Git LFS pointer to a file that was not fetched"},
    Format{0, "PK\3\4"sv, "a zip archive"},
    Format{0, "\x1F\x8B"sv, "a gzip file"},
    Format{0, "<svg"sv, "an SVG picture"},
    Format{0, "<?xml"sv, "an XML document"},
    Format{0, "<!DOCTYPE"sv, "a web page"},
    Format{0, "<!doctype"sv, "a web page"},
    Format{0, "<html"sv, "a web page"},
    Format{0, "<HTML"sv, "a web page"},
};

}  // namespace

std::string other_format(std::string_view bytes) {
  for (const Format& format : formats) {
    if (bytes.size() > format.at && bytes.substr(format.at).starts_with(format.bytes)) return format.name;
  }
  return "";
}

namespace {

constexpr int precision = 22;  // bits of a weight; leaves room for 8 bits of a pixel and the sign

/// The pixels that one pixel of the result is made of, and their weights, which sum to about 2^precision.
struct PixelWeights {
  int first = 0;
  std::vector<std::int32_t> weights;
};

/// Samples the triangle around the centre of a pixel. All distances are doubled and in units of 1/out, so they are
/// integers.
PixelWeights pixel_weights(std::int64_t in, std::int64_t out, std::int64_t pixel) {
  const std::int64_t centre = (2 * pixel + 1) * in, reach = 2 * std::max(in, out);
  const auto height = [&](std::int64_t at) { return reach - std::abs((2 * at + 1) * out - centre); };
  std::int64_t first = std::max<std::int64_t>(0, (centre - reach) / (2 * out));
  while (height(first) <= 0) ++first;
  std::int64_t sum = 0, end = first;
  for (; end < in && height(end) > 0; ++end) sum += height(end);
  PixelWeights mixed{static_cast<int>(first), {}};
  for (std::int64_t at = first; at < end; ++at)
    mixed.weights.push_back(static_cast<std::int32_t>(((height(at) << (precision + 1)) + sum) / (2 * sum)));
  return mixed;
}

/// Weights of the middle `count` of `out` pixels that `in` pixels are resized to.
std::vector<PixelWeights> middle_weights(int in, int out, int count) {
  std::vector<PixelWeights> weights;
  const int first = (out - count) / 2;
  for (int i = 0; i < count; ++i) weights.push_back(pixel_weights(in, out, first + i));
  return weights;
}

/// Weighted sum of pixels of one channel, `stride` apart, from the first pixel of the weights on.
std::uint8_t mix(const PixelWeights& mixed, const std::uint8_t* pixels, std::size_t stride) {
  std::int32_t sum = 1 << (precision - 1);
  for (std::size_t i = 0; i < mixed.weights.size(); ++i) sum += mixed.weights[i] * pixels[i * stride];
  return static_cast<std::uint8_t>(std::clamp(sum >> precision, 0, 255));
}

/// Resizes rows: [height, width, 3] -> [height, columns.size(), 3].
Picture mix_columns(const Picture& picture, const std::vector<PixelWeights>& columns) {
  Picture mixed{picture.height, static_cast<int>(columns.size()), {}};
  mixed.rgb.reserve(columns.size() * static_cast<std::size_t>(picture.height) * 3);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.rgb.data() + std::size_t{3} * y * picture.width;
    for (const PixelWeights& column : columns) {
      for (int channel = 0; channel < 3; ++channel)
        mixed.rgb.push_back(mix(column, row + std::ptrdiff_t{3} * column.first + channel, 3));
    }
  }
  return mixed;
}

/// Resizes columns: [height, width, 3] -> [rows.size(), width, 3].
Picture mix_rows(const Picture& picture, const std::vector<PixelWeights>& rows) {
  Picture mixed{static_cast<int>(rows.size()), picture.width, {}};
  const std::size_t stride = std::size_t{3} * picture.width;
  mixed.rgb.reserve(rows.size() * stride);
  for (const PixelWeights& row : rows) {
    const std::uint8_t* first = picture.rgb.data() + stride * row.first;
    for (std::size_t at = 0; at < stride; ++at) mixed.rgb.push_back(mix(row, first + at, stride));
  }
  return mixed;
}

}  // namespace

Picture resize_square(const Picture& picture, int size) {
  const std::int64_t shorter = std::min(picture.height, picture.width);
  const auto resized = [&](int side) { return static_cast<int>(std::int64_t{side} * size / shorter); };
  const Picture narrow = mix_columns(picture, middle_weights(picture.width, resized(picture.width), size));
  return mix_rows(narrow, middle_weights(picture.height, resized(picture.height), size));
}

}  // namespace m2m::data
