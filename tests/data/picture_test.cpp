#include "data/picture.hpp"

#include <array>
#include <cmath>
#include <random>

#include "support/made_pictures.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::string refusal(const std::string& bytes) {
  return testing::complaint([&] { decode_picture(bytes); }, ExitCode::bad_data);
}

int largest_difference(const Bytes& one, const Bytes& other) {
  EXPECT_EQ(one.size(), other.size());
  int largest = 0;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i)
    largest = std::max(largest, std::abs(int{one[i]} - int{other[i]}));
  return largest;
}

/// A grey picture with one brightness in each quarter, which JPEG keeps almost exactly.
Bytes quarters(int side) {
  Bytes grey;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      grey.push_back(static_cast<std::uint8_t>(60 + 100 * (y >= side / 2) + 50 * (x >= side / 2)));
  return grey;
}

TEST(Jpeg, KeepsColoursUpToItsLosses) {
  const Picture made = testing::pattern(24, 40);
  const Picture read = decode_picture(testing::encode_jpeg(made));
  EXPECT_EQ(read.height, 24);
  EXPECT_EQ(read.width, 40);
  EXPECT_LE(largest_difference(read.rgb, made.rgb), 16);
}

TEST(Jpeg, OfGreyHasThreeEqualChannels) {
  const Bytes grey = quarters(32);
  const Picture read = decode_picture(testing::encode_jpeg(grey.data(), 32, 32, 1));
  for (std::size_t i = 0; i < grey.size(); ++i) {
    ASSERT_NEAR(read.rgb[3 * i], grey[i], 3) << i;
    ASSERT_EQ(read.rgb[3 * i], read.rgb[3 * i + 1]);
    ASSERT_EQ(read.rgb[3 * i], read.rgb[3 * i + 2]);
  }
}

TEST(Jpeg, OfFourInksIsPrintedOnWhite) {
  Bytes inks;  // libjpeg marks CMYK as Adobe's, whose values are what is missing of each ink
  for (int i = 0; i < 256; ++i) inks.insert(inks.end(), {255, 128, 0, 204});
  const Picture read = decode_picture(testing::encode_jpeg(inks.data(), 16, 16, 4));
  EXPECT_NEAR(read.rgb[0], 204, 2);
  EXPECT_NEAR(read.rgb[1], 102, 2);
  EXPECT_NEAR(read.rgb[2], 0, 2);
}

TEST(Jpeg, CutAnywhereIsRefused) {
  for (const bool is_progressive : {false, true}) {
    const Picture made = testing::pattern(24, 24);
    const std::string whole = testing::encode_jpeg(made.rgb.data(), 24, 24, 3, is_progressive);
    EXPECT_EQ(refusal(whole), "");
    for (std::size_t size = 3; size < whole.size(); ++size)
      ASSERT_TRUE(testing::says(refusal(whole.substr(0, size)), {"damaged"})) << size;
  }
}

/// Inserts bytes before the last two, which end a picture.
std::string with_stray_bytes(std::string jpeg, std::size_t count) {
  return jpeg.insert(jpeg.size() - 2, std::string(count, '\x11'));
}

TEST(Jpeg, WithStrayBytesIsReadAndWarnsOfThem) {
  const std::string whole = testing::encode_jpeg(testing::pattern(24, 40));
  const Picture clean = decode_picture(whole);
  EXPECT_EQ(clean.warning, "");
  for (const std::size_t count : {10, 300}) {
    const Picture read = decode_picture(with_stray_bytes(whole, count));
    EXPECT_EQ(read.rgb, clean.rgb) << count;
    EXPECT_NE(read.warning.find("extraneous"), std::string::npos) << read.warning;
  }
}

TEST(Jpeg, WithoutAllItsPixelsIsRefusedAlsoWhereItsEndIsThere) {
  const std::string whole = testing::encode_jpeg(testing::pattern(64, 64));
  const std::string cut = whole.substr(0, whole.size() * 3 / 4) + "\xFF\xD9";
  EXPECT_NE(refusal(cut), "");
}

TEST(Png, IsExact) {
  const Picture made = testing::pattern(9, 13);
  const Picture read = decode_picture(testing::encode_png(made));
  EXPECT_EQ(read.height, 9);
  EXPECT_EQ(read.width, 13);
  EXPECT_EQ(read.rgb, made.rgb);
}

TEST(Png, OfGreyAndOfAPaletteBecomesRgb) {
  const Bytes grey{0, 100, 200, 255};
  EXPECT_EQ(decode_picture(testing::encode_png(grey.data(), 2, 2, PNG_FORMAT_GRAY)).rgb,
            (Bytes{0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255}));
  const Bytes colours{1, 2, 3, 200, 150, 100}, which{1, 0};
  EXPECT_EQ(decode_picture(testing::encode_png(which.data(), 1, 2, PNG_FORMAT_RGB_COLORMAP, colours.data(), 2)).rgb,
            (Bytes{200, 150, 100, 1, 2, 3}));
}

TEST(Png, ThatIsTransparentShowsBlack) {
  const Bytes rgba{200, 100, 50, 255, 200, 100, 50, 128, 200, 100, 50, 0};
  EXPECT_EQ(decode_picture(testing::encode_png(rgba.data(), 1, 3, PNG_FORMAT_RGBA)).rgb,
            (Bytes{200, 100, 50, 100, 50, 25, 0, 0, 0}));
}

/// Writes one grey pixel of 16 bits chunk by chunk; libpng's simple writer always adds a gamma to such a file.
std::string png_of_16_bits(std::uint8_t high, std::uint8_t low) {
  std::string encoded;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto write = [](png_structp to, png_bytep bytes, png_size_t size) {
    static_cast<std::string*>(png_get_io_ptr(to))->append(reinterpret_cast<char*>(bytes), size);
  };
  png_set_write_fn(png, &encoded, write, [](png_structp) {});
  png_set_IHDR(png, info, 1, 1, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  std::array<std::uint8_t, 2> row{high, low};
  png_write_row(png, row.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return encoded;
}

TEST(Png, Of16BitsIsRoundedTo8) {
  EXPECT_EQ(decode_picture(png_of_16_bits(100, 100)).rgb, (Bytes{100, 100, 100}));
  EXPECT_EQ(decode_picture(png_of_16_bits(100, 240)).rgb, (Bytes{101, 101, 101}));
}

constexpr std::size_t header_end = 33;

/// Inserts a chunk behind the header of a PNG.
std::string png_with(const Picture& made, const std::string& type, const std::string& data) {
  return testing::encode_png(made).insert(header_end, testing::png_chunk(type, data));
}

TEST(Png, WithAnOddChunkIsReadAndWarnsOfIt) {
  const Picture made = testing::pattern(9, 13);
  for (const auto& [type, data] : {std::pair{"iCCP", std::string("profile\0\0 no profile", 20)},
                                   {"sRGB", std::string("\x09")},
                                   {"sBIT", std::string("\x09\x09\x09")},
                                   {"pHYs", std::string("short")},
                                   {"gAMA", std::string("too long for a gamma")},
                                   {"zTXt", std::string("key\0\0not deflated", 17)}}) {
    const Picture read = decode_picture(png_with(made, type, data));
    EXPECT_EQ(read.rgb, made.rgb) << type;
    EXPECT_NE(read.warning.find(type), std::string::npos) << type << ": " << read.warning;
  }
  // Of this one some releases of libpng warn, and some do not.
  EXPECT_EQ(decode_picture(png_with(made, "cHRM", std::string(32, '\0'))).rgb, made.rgb);
  EXPECT_EQ(decode_picture(testing::encode_png(made)).warning, "");
}

TEST(Png, IsReadWithoutItsGamma) {
  const Picture made = testing::pattern(9, 13);
  EXPECT_EQ(decode_picture(png_with(made, "gAMA", std::string("\0\1\x86\xA0", 4))).rgb, made.rgb);
}

TEST(Png, WhoseTransparencyIsOddIsRefused) {
  const std::string encoded = png_with(testing::pattern(9, 13), "tRNS", "of a wrong length");
  EXPECT_NE(refusal(encoded).find("tRNS"), std::string::npos) << refusal(encoded);
}

TEST(Png, WithAChunkThatDoesNotFitItsChecksumIsRefused) {
  std::string encoded = png_with(testing::pattern(9, 13), "tEXt", std::string("key\0text", 8));
  encoded[header_end + 9] ^= 1;
  EXPECT_NE(refusal(encoded).find("tEXt"), std::string::npos) << refusal(encoded);
}

TEST(Png, CutAnywhereIsRefused) {
  const std::string whole = testing::encode_png(testing::pattern(9, 9));
  for (std::size_t size = 8; size < whole.size(); ++size) ASSERT_NE(refusal(whole.substr(0, size)), "") << size;
}

TEST(Png, DamagedAnywhereInItsPixelsIsRefused) {
  const std::string whole = testing::encode_png(testing::pattern(9, 9));
  const std::size_t first = whole.find("IDAT"), last = whole.find("IEND") - 8;  // with the checksum between
  for (std::size_t at = first; at < last; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
    ASSERT_NE(refusal(damaged), "") << at - first << " of " << last - first;
  }
}

TEST(Picture, OfAnotherFormatIsRefused) {
  EXPECT_EQ(refusal(""), "is empty");
  EXPECT_TRUE(testing::says(refusal("just text"), {"neither JPEG nor PNG"}));
  EXPECT_TRUE(testing::says(refusal("\xFF\xD8"), {"neither JPEG nor PNG"}));
  for (const auto& [bytes, name] : {std::pair{std::string("GIF89a\1\0", 8), "GIF"},
                                    {std::string("BM\x46\0\0\0", 6), "BMP"},
                                    {std::string("RIFF\x24\0\0\0WEBPVP8 ", 16), "WebP"},
                                    {std::string("II*\0\x08\0\0\0", 8), "TIFF"},
                                    {std::string("MM\0*\0\0\0\x08", 8), "TIFF"},
                                    {std::string("\0\0\0\x1C"
                                                 "ftypavif",
                                                 12),
                                     "AVIF"},
                                    {std::string("\0\x05\x16\x07\0\2\0\0", 8), "macOS"},
                                    {std::string("<!DOCTYPE html>"), "web page"}})
    EXPECT_NE(refusal(bytes).find(name), std::string::npos) << name << ": " << refusal(bytes);
}

TEST(Picture, OfAbsurdSizeIsRefusedBeforeItsPixelsAreRead) {
  check_picture_size(20'000, 5'000);
  for (const auto& [height, width] : {std::pair{20'001, 1}, {1, 20'001}, {10'001, 10'000}, {0, 5}})
    EXPECT_NE(testing::complaint([&, h = height, w = width] { check_picture_size(h, w); }, ExitCode::bad_data), "");
  std::string wide = testing::encode_jpeg(testing::pattern(8, 8));
  const std::size_t frame = wide.find("\xFF\xC0");
  wide[frame + 7] = static_cast<char>(0xF0);  // the width's high byte
  EXPECT_NE(refusal(wide).find("61,448 x 8 pixels"), std::string::npos) << refusal(wide);
}

TEST(Picture, ThatClaimsMorePixelsThanItsBytesCanHoldIsRefusedBeforeTheyHaveMemory) {
  std::string jpeg = testing::encode_jpeg(testing::pattern(8, 8));
  const std::size_t frame = jpeg.find("\xFF\xC0");
  jpeg[frame + 5] = jpeg[frame + 7] = 0x26;  // the high bytes of height and width: 9,736
  EXPECT_TRUE(testing::says(refusal(jpeg), {"too few bytes"})) << refusal(jpeg);
  const std::string header("\0\0\x26\x08\0\0\x26\x08\x08\x02\0\0\0", 13);
  const std::string png = "\x89PNG\r\n\x1A\n" + testing::png_chunk("IHDR", header) +
                          testing::png_chunk("IDAT", "x") + testing::png_chunk("IEND", "");
  EXPECT_TRUE(testing::says(refusal(png), {"too few bytes"})) << refusal(png);
}

TEST(Jpeg, OfScansWithoutEndIsRefused) {
  const Picture made = testing::pattern(24, 24);
  const std::string jpeg = testing::encode_jpeg(made.rgb.data(), 24, 24, 3, true);
  const std::size_t begin = jpeg.find("\xFF\xDA"),
                    end = jpeg.find("\xFF\xC4", begin);  // the tables of the next scan
  const auto with_scans = [&](int count) {
    std::string repeated = jpeg.substr(0, end);
    for (int more = 1; more < count; ++more) repeated += jpeg.substr(begin, end - begin);
    return repeated + jpeg.substr(end);
  };
  EXPECT_EQ(refusal(with_scans(50)), "");
  EXPECT_TRUE(testing::says(refusal(with_scans(250)), {"200 scans"})) << refusal(with_scans(250));
}

TEST(Picture, DamagedAtRandomIsReadOrRefused) {
  std::mt19937 random(5);
  for (const std::string& whole :
       {testing::encode_jpeg(testing::pattern(20, 30)), testing::encode_png(testing::pattern(20, 30))}) {
    for (int round = 0; round < 500; ++round) {
      std::string damaged = whole.substr(0, random() % 4 == 0 ? random() % whole.size() : whole.size());
      for (unsigned flips = random() % 4; flips > 0 && !damaged.empty(); --flips)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      refusal(damaged);
    }
  }
}

TEST(ResizeSquare, LeavesAPictureOfThatSizeAsItIs) {
  const Picture made = testing::pattern(32, 32);
  EXPECT_EQ(resize_square(made, 32).rgb, made.rgb);
}

TEST(ResizeSquare, TakesTheMiddleOfTheLongerSide) {
  Picture made = testing::pattern(2, 6);
  const Picture square = resize_square(made, 2);
  for (std::size_t y = 0; y < 2; ++y)
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(square.rgb[y * 6 + i], made.rgb[y * 18 + 6 + i]);
}

TEST(ResizeSquare, HalvesAsComputedByHand) {
  // Four columns to two: the triangle is 4 pixels wide at its base, with weights 3:3:1 where one falls off the
  // edge.
  Picture made{4, 4, {}};
  const int columns[] = {0, 70, 140, 210};
  for (int y = 0; y < 4; ++y)
    for (const int value : columns) made.rgb.insert(made.rgb.end(), 3, static_cast<std::uint8_t>(value));
  const Picture half = resize_square(made, 2);
  ASSERT_EQ(half.rgb.size(), 12U);
  EXPECT_EQ(half.rgb[0], 50);   // (3 * 0 + 3 * 70 + 140) / 7
  EXPECT_EQ(half.rgb[3], 160);  // (70 + 3 * 140 + 3 * 210) / 7
  EXPECT_EQ(half.rgb[6], 50);
}

TEST(ResizeSquare, KeepsOneColourWhateverTheSizes) {
  for (const auto& [height, width, size] : {std::array{7, 300, 5}, {3, 3, 32}, {1, 1, 8}, {1000, 9, 4}}) {
    const Picture made{height, width, Bytes(static_cast<std::size_t>(3 * height * width), 201)};
    const Picture square = resize_square(made, size);
    EXPECT_EQ(square.rgb, Bytes(static_cast<std::size_t>(3 * size * size), 201)) << height << " x " << width;
  }
}

TEST(ResizeSquare, MirrorsWhereThePictureIsMirrored) {
  const Picture made = testing::pattern(40, 40);
  Picture mirrored = made;
  for (std::size_t y = 0; y < 40; ++y)
    for (std::size_t x = 0; x < 40; ++x)
      for (std::size_t c = 0; c < 3; ++c) mirrored.rgb[(y * 40 + x) * 3 + c] = made.rgb[(y * 40 + 39 - x) * 3 + c];
  const Picture one = resize_square(made, 16), other = resize_square(mirrored, 16);
  for (std::size_t y = 0; y < 16; ++y)
    for (std::size_t x = 0; x < 16; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_EQ(one.rgb[(y * 16 + x) * 3 + c], other.rgb[(y * 16 + 15 - x) * 3 + c]);
}

}  // namespace
}  // namespace m2m::data
