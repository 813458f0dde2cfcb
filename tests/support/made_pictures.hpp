#pragma once
// Makes pictures for tests: smooth patterns, encoded as JPEG and PNG.
#include <cstdio>
// jpeglib.h needs the header above.
#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include <cstdlib>
#include <string>

#include "data/picture.hpp"

namespace m2m::testing {

/// Makes a pattern that differs with `seed` and between channels, smooth enough for JPEG to keep. Pure.
inline data::Picture pattern(int height, int width, int seed = 0) {
  data::Picture picture{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        picture.rgb.push_back(static_cast<std::uint8_t>((40 * seed + 2 * x + 3 * y + 50 * c) % 256));
    }
  }
  return picture;
}

/// Encodes JPEG. samples: [height, width, channels] with 1 (grey), 3 (RGB) or 4 (CMYK) channels.
inline std::string encode_jpeg(const std::uint8_t* samples, int height, int width, int channels,
                               bool is_progressive = false) {
  jpeg_compress_struct state{};
  jpeg_error_mgr errors{};
  state.err = jpeg_std_error(&errors);
  jpeg_create_compress(&state);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &bytes, &size);
  state.image_height = static_cast<JDIMENSION>(height);
  state.image_width = static_cast<JDIMENSION>(width);
  state.input_components = channels;
  state.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, 98, TRUE);
  if (is_progressive) jpeg_simple_progression(&state);
  jpeg_start_compress(&state, TRUE);
  while (state.next_scanline < state.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(samples) + std::size_t{state.next_scanline} * width * channels;
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  std::string encoded(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&state);
  std::free(bytes);
  return encoded;
}

/// Encodes a picture as JPEG.
inline std::string encode_jpeg(const data::Picture& picture) {
  return encode_jpeg(picture.rgb.data(), picture.height, picture.width, 3);
}

/// Encodes PNG. format: libpng's PNG_FORMAT_..., the layout of `samples` and `colours`.
inline std::string encode_png(const void* samples, int height, int width, png_uint_32 format,
                              const void* colours = nullptr, int colour_count = 0) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(height);
  image.width = static_cast<png_uint_32>(width);
  image.format = format;
  image.colormap_entries = static_cast<png_uint_32>(colour_count);
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, samples, 0, colours);
  std::string encoded(size, '\0');
  png_image_write_to_memory(&image, encoded.data(), &size, 0, samples, 0, colours);
  encoded.resize(size);
  return encoded;
}

/// Encodes a picture as PNG.
inline std::string encode_png(const data::Picture& picture) {
  return encode_png(picture.rgb.data(), picture.height, picture.width, PNG_FORMAT_RGB);
}

/// Makes a chunk of a PNG, with its length and checksum.
inline std::string png_chunk(const std::string& type, const std::string& data) {
  const auto big_endian = [](unsigned long number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 255);
    return bytes;
  };
  const std::string body = type + data;
  const unsigned long sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(data.size()) + body + big_endian(sum);
}

}  // namespace m2m::testing
