// What files called .jpg or .png turn out to be.
#include <array>

#include "data/picture.hpp"

namespace m2m::data {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::size_t at;  // where the bytes begin
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
    Format{0, "\0\x05\x16\x07"sv, "the hidden companion that macOS leaves beside a file"},
    Format{0, "version https://git-lfs"sv, "a pointer of Git LFS to a file that was not fetched"},
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

}  // namespace m2m::data
