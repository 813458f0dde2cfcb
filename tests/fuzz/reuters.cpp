// Fuzz target: the documents of Reuters-52. The input is train, a line "%%", test.
#include "data/readers.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto parts = testing::split_input(testing::to_text(bytes, size), 2);
  const std::string folder = data::reuters_folder;
  std::filesystem::create_directories(testing::scratch() / folder);
  testing::write_scratch(folder + "/r52-train.txt", parts[0]);
  testing::write_scratch(folder + "/r52-test.txt", parts[1]);
  testing::read_or_refuse([&] { data::read_reuters(testing::scratch().path()); });
  return 0;
}
