// Fuzz target: tagged tweets with embeddings, and with Brown clusters. The input is the tweets of train, dev and
// devtest, and the word vectors, with lines "%%" between them.
#include "data/readers.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto parts = testing::split_input(testing::to_text(bytes, size), 4);
  std::filesystem::create_directories(testing::scratch() / data::twitter_folder);
  std::size_t part = 0;
  for (const char* name : {"tweets-train.txt", "tweets-dev.txt", "tweets-devtest.txt", "brown-clusters.tsv"})
    testing::write_scratch(std::string(data::twitter_folder) + "/" + name, parts[part++]);
  const auto vectors = testing::scratch() / data::twitter_folder / "brown-clusters.tsv";
  testing::read_or_refuse([&] { data::read_twitter(testing::scratch().path(), ""); });
  testing::read_or_refuse([&] { data::read_twitter(testing::scratch().path(), vectors.string()); });
  return 0;
}
