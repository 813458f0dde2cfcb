// Fuzz target: lists of pictures. A path that is accepted lies below the list's folder.
#include "data/image_list.hpp"

#include "support/fuzz_input.hpp"

namespace {

void read(std::string_view text) {
  using namespace m2m;
  const data::ImageList list = data::parse_image_list(text, "input");
  for (const std::string& path : list.paths)
    testing::require(testing::lies_below("/folder/" + path, "/folder"), "a path outside of the folder: " + path);
  data::count_duplicates(list, {}, list);
  testing::require(data::without_paths_of_test(list, list).count() == 0, "a path of test is kept");
  data::smallest_class({list.labels, {}, {}}, 1 + *std::max_element(list.labels.begin(), list.labels.end()),
                       "input");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  m2m::testing::read_or_refuse([&] { read(m2m::testing::to_text(bytes, size)); });
  return 0;
}
