// Fuzz target: Tiny ImageNet's list of its validation pictures. A path that is accepted lies in val/images/.
#include "data/readers.hpp"
#include "support/fuzz_input.hpp"

namespace {

void read(std::string_view text) {
  using namespace m2m;
  const data::ImageList list = data::parse_annotations(text, "input", {"n01443537", "n02124075", "n9"});
  testing::require(list.paths.size() == list.labels.size(), "paths without labels");
  for (const std::string& path : list.paths)
    testing::require(testing::lies_below("/folder/" + path, "/folder/val/images"), "a path elsewhere: " + path);
  for (const std::int32_t label : list.labels)
    testing::require(label >= 0 && label < 3, "a label that is no class");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  m2m::testing::read_or_refuse([&] { read(m2m::testing::to_text(bytes, size)); });
  return 0;
}
