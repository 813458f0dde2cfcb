// Decodes JPEG pictures. libjpeg reports errors by a jump, so the functions that it may leave hold no object with a
// destructor.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
// jpeglib.h needs the two headers above.
#include <jpeglib.h>
// jerror.h needs the header above.
#include <jerror.h>

#include <array>
#include <string_view>

#include "core/error.hpp"
#include "data/picture.hpp"

namespace m2m::data {
namespace {

/// Error handler of libjpeg: keeps the text and jumps back to the setjmp.
struct JpegErrors {
  jpeg_error_mgr manager;  // first, so that libjpeg's pointer to it points to this object
  std::jmp_buf back;
  std::array<char, JMSG_LENGTH_MAX> text, warning;
};

[[noreturn]] void jump_back(j_common_ptr decoder) {
  auto* errors = reinterpret_cast<JpegErrors*>(decoder->err);
  decoder->err->format_message(decoder, errors->text.data());
  std::longjmp(errors->back, 1);
}

/// True if the library continued with pixels that the file does not hold.
bool has_invented_pixels(int warning) {
  return warning == JWRN_ARITH_BAD_CODE || warning == JWRN_HIT_MARKER || warning == JWRN_HUFF_BAD_CODE ||
         warning == JWRN_JPEG_EOF || warning == JWRN_MUST_RESYNC;
}

/// Keeps the first warning, for example of stray bytes; drops traces, whose level is not negative.
void keep_warning_or_jump_back(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  if (has_invented_pixels(decoder->err->msg_code)) jump_back(decoder);
  auto* errors = reinterpret_cast<JpegErrors*>(decoder->err);
  if (errors->warning.front() == '\0') decoder->err->format_message(decoder, errors->warning.data());
}

/// Refuses a picture whose scans would be read for hours: each may take a few bytes and visit every pixel.
void check_scans(j_common_ptr decoder) {
  constexpr int max_scans = 200;  // progressive pictures have about ten
  auto* state = reinterpret_cast<j_decompress_ptr>(decoder);
  if (state->input_scan_number <= max_scans) return;
  auto* errors = reinterpret_cast<JpegErrors*>(decoder->err);
  constexpr std::string_view fault = "more than 200 scans";
  fault.copy(errors->text.data(), errors->text.size() - 1);
  std::longjmp(errors->back, 1);
}

struct Decoder {
  jpeg_decompress_struct state{};
  JpegErrors errors{};
  jpeg_progress_mgr progress{};
  Decoder() {
    state.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = jump_back;
    errors.manager.emit_message = keep_warning_or_jump_back;
    progress.progress_monitor = check_scans;
  }
  ~Decoder() { jpeg_destroy_decompress(&state); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

bool read_header(Decoder& decoder, const unsigned char* bytes, unsigned long size) {
  if (setjmp(decoder.errors.back) != 0) return false;
  jpeg_create_decompress(&decoder.state);
  decoder.state.progress = &decoder.progress;
  jpeg_mem_src(&decoder.state, bytes, size);
  jpeg_read_header(&decoder.state, TRUE);
  // libjpeg converts every kind but CMYK to RGB.
  const bool is_cmyk = decoder.state.jpeg_color_space == JCS_CMYK || decoder.state.jpeg_color_space == JCS_YCCK;
  decoder.state.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  decoder.state.dct_method = JDCT_ISLOW;  // its result does not depend on the processor
  return true;
}

/// rows: [height, width, channels]
bool read_rows(Decoder& decoder, unsigned char* rows) {
  if (setjmp(decoder.errors.back) != 0) return false;
  jpeg_decompress_struct& state = decoder.state;
  jpeg_start_decompress(&state);
  const std::size_t row_size = std::size_t{state.output_width} * static_cast<std::size_t>(state.output_components);
  while (state.output_scanline < state.output_height) {
    JSAMPROW row = rows + state.output_scanline * row_size;
    jpeg_read_scanlines(&state, &row, 1);
  }
  jpeg_finish_decompress(&state);  // reads to the end mark, which a truncated file lacks
  return true;
}

/// True if so few bytes can hold the picture: each block of 8 x 8 values takes a bit at least, in the scan of its
/// mean. Arithmetic codes are shorter.
bool can_hold_picture(const jpeg_decompress_struct& state, std::size_t bytes) {
  std::size_t blocks = 0;
  for (int i = 0; i < state.num_components; ++i)
    blocks += std::size_t{state.comp_info[i].width_in_blocks} * state.comp_info[i].height_in_blocks;
  const std::size_t blocks_per_byte = state.arith_code != 0 ? 1024 : 8;
  return blocks <= blocks_per_byte * bytes;
}

Error damaged(const Decoder& decoder) {
  return data_error(std::string("is damaged or ends in the middle (") + decoder.errors.text.data() + ")");
}

/// Converts amounts of ink on white paper. Adobe's programs write the missing ink instead, and mark the file.
std::vector<std::uint8_t> cmyk_to_rgb(const std::vector<std::uint8_t>& cmyk, bool is_inverted) {
  std::vector<std::uint8_t> rgb(cmyk.size() / 4 * 3);
  for (std::size_t pixel = 0; pixel < cmyk.size() / 4; ++pixel) {
    const auto without = [&](std::size_t ink) {
      const int value = cmyk[4 * pixel + ink];
      return is_inverted ? value : 255 - value;
    };
    for (std::size_t channel = 0; channel < 3; ++channel)
      rgb[3 * pixel + channel] = static_cast<std::uint8_t>((without(channel) * without(3) + 127) / 255);
  }
  return rgb;
}

}  // namespace

Picture decode_jpeg(std::string_view bytes) {
  Decoder decoder;
  if (!read_header(decoder, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()))
    throw damaged(decoder);
  check_picture_size(decoder.state.image_height, decoder.state.image_width);
  if (!can_hold_picture(decoder.state, bytes.size()))
    throw data_error("is damaged or ends in the middle (it has too few bytes for its size)");
  Picture picture{static_cast<int>(decoder.state.image_height), static_cast<int>(decoder.state.image_width), {}};
  const bool is_cmyk = decoder.state.out_color_space == JCS_CMYK;
  picture.rgb.resize(std::size_t{decoder.state.image_height} * decoder.state.image_width * (is_cmyk ? 4 : 3));
  if (!read_rows(decoder, picture.rgb.data())) throw damaged(decoder);
  if (is_cmyk) picture.rgb = cmyk_to_rgb(picture.rgb, decoder.state.saw_Adobe_marker != 0);
  picture.warning = decoder.errors.warning.data();
  return picture;
}

}  // namespace m2m::data
