// Fuzz target: the pickles of old PyTorch checkpoints, which need no torch to be read. The target t7 reads the
// rest.
#include "checkpoints/pickle.hpp"

#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  constexpr std::string_view globals[] = {"collections.OrderedDict", "torch.FloatStorage"};
  const std::string_view input = testing::to_text(bytes, size);
  testing::read_or_refuse([&] {
    std::size_t offset = 0;
    while (offset < input.size()) {
      const checkpoints::Pickle pickle = checkpoints::read_pickle(input, offset, globals, "input");
      testing::require(offset <= input.size(), "bytes behind the end");
      testing::require(pickle.root < pickle.values.size(), "a pickle without a value");
    }
  });
  return 0;
}
