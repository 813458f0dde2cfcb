// decoded_pictures FILE...: prints a line for each file for pictures_test.py, "HEIGHT WIDTH SHA256 WARNING"
// separated by tabs, or "refused SENTENCE". SHA256 is of the pixels, [height, width, 3].
#include <cstdio>
#include <exception>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "data/picture.hpp"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    try {
      const m2m::data::Picture picture = m2m::data::decode_picture(m2m::read_file(argv[i]));
      const std::string hash = m2m::sha256_hex(std::as_bytes(std::span(picture.rgb)));
      std::printf("%d\t%d\t%s\t%s\n", picture.height, picture.width, hash.c_str(), picture.warning.c_str());
    } catch (const std::exception& error) {
      std::printf("refused\t%s\n", error.what());
    }
  }
  return 0;
}
