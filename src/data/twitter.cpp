// Reads the parts of speech of tweets as word vectors.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "data/array_samples.hpp"
#include "data/readers.hpp"
#include "data/text_file.hpp"
#include "data/word_vectors.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t window = 3;  // words of a sample
constexpr const char* known_sha256 = "6d0b27835e5b993470b3d69281321ed2d6a848f5f9c482212315b2143b9ceba8";
constexpr const char* source_note = "docs/data_text.md says where to get it";

struct Token {
  std::string_view word, tag;
  std::size_t tweet;
};

using Tokens = std::vector<Token>;
using TagIndex = std::map<std::string_view, std::int32_t>;  // tag numbers by tag

struct WindowedTokens {
  std::vector<float> features;  // [n, window * word_vector_width]
  std::vector<std::int32_t> labels;
};

TextFile read_part(const fs::path& root, const char* name, Sha256& content) {
  const fs::path file = root / twitter_folder / name;
  return read_text_file(file,
                        fmt::format("{}: is missing; twitter is made from {}/tweets-train.txt, tweets-dev.txt and "
                                    "tweets-devtest.txt below the data root; {}",
                                    file.string(), twitter_folder, source_note),
                        content);
}

TextFile read_clusters(const fs::path& root, Sha256& content) {
  const fs::path file = root / twitter_folder / "brown-clusters.tsv";
  return read_text_file(file,
                        fmt::format("{}: is missing; name a file of 50-dimensional embeddings with data.path, or "
                                    "put the Brown clusters there; {}",
                                    file.string(), source_note),
                        content);
}

TextFile read_vectors(const std::string& file, Sha256& content) {
  return read_text_file(
      file,
      fmt::format("{}: is missing, but data.path names it as the embeddings of twitter; name another file, or "
                  "leave data.path out",
                  file),
      content);
}

Tokens parse_tokens(const TextFile& file) {
  Tokens tokens;
  std::size_t number = 0, tweet = 0;
  for (const std::string_view line : split_lines(file)) {
    ++number;
    if (line.empty()) {
      ++tweet;
      continue;
    }
    const auto [word, tag] = split_at_tab(file, number, line, "token<TAB>tag");
    tokens.push_back({word, tag, tweet});
  }
  if (tokens.empty())
    throw data_error(fmt::format("{}: holds no token; the file may be incomplete; {}", file.name, source_note));
  return tokens;
}

TagIndex index_tags(const Tokens& dev, const Tokens& devtest) {
  TagIndex tags;
  for (const Tokens* tokens : {&dev, &devtest}) {
    for (const Token& token : *tokens) tags.emplace(token.tag, 0);
  }
  std::int32_t next = 0;
  for (auto& [tag, number] : tags) number = next++;
  return tags;
}

void append(std::vector<float>& features, const WordVector& vector) {
  features.insert(features.end(), vector.begin(), vector.end());
}

WindowedTokens to_samples(const Tokens& tokens, const TagIndex& tags, const WordVectors& vector_of) {
  std::vector<WordVector> vectors;
  for (const Token& token : tokens) vectors.push_back(vector_of(token.word));
  const auto neighbour = [&](std::size_t token, std::size_t at) {
    return at < tokens.size() && tokens[at].tweet == tokens[token].tweet ? vectors[at] : WordVector{};
  };
  WindowedTokens windows;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto tag = tags.find(tokens[i].tag);
    if (tag == tags.end()) continue;
    append(windows.features, neighbour(i, i - 1));  // i - 1 wraps for the first token, which has no left neighbour
    append(windows.features, vectors[i]);
    append(windows.features, neighbour(i, i + 1));
    windows.labels.push_back(tag->second);
  }
  return windows;
}

void check_trained(const WindowedTokens& training, const TagIndex& tags, const std::string& train_name) {
  std::vector<bool> is_trained(tags.size(), false);
  for (const std::int32_t label : training.labels) is_trained[static_cast<std::size_t>(label)] = true;
  for (const auto& [tag, number] : tags) {
    if (is_trained[static_cast<std::size_t>(number)]) continue;
    throw data_error(
        fmt::format("{}: holds no token with the tag '{}' of dev or devtest; the file may be incomplete; {}",
                    train_name, tag, source_note));
  }
}

Samples scaled(WindowedTokens windows, const ValueRange& range) {
  scale_to_unit(range, windows.features);
  return {.shape = {1, 1, static_cast<int>(window * word_vector_width)},
          .pixels = {},
          .labels = std::move(windows.labels),
          .features = std::move(windows.features)};
}

void describe_origin(DataSet& data, bool are_known_tweets, bool has_embeddings) {
  data.published = are_known_tweets && has_embeddings;
  if (!are_known_tweets) data.notice = "the tagged tweets are not confirmed as the published ones";
  if (!has_embeddings) {
    data.notice += std::string(data.notice.empty() ? "" : "; ") + "stand-in word vectors from Brown clusters";
  }
}

}  // namespace

DataSet read_twitter(const fs::path& root, const std::string& embeddings) {
  Sha256 content, of_tweets;
  std::vector<TextFile> files;
  for (const char* name : {"tweets-train.txt", "tweets-dev.txt", "tweets-devtest.txt"}) {
    files.push_back(read_part(root, name, content));
    of_tweets.add(std::as_bytes(std::span(files.back().bytes)));
  }
  const TextFile words = embeddings.empty() ? read_clusters(root, content) : read_vectors(embeddings, content);
  const WordVectors vector_of = embeddings.empty() ? read_brown_clusters(words) : read_embeddings(words);
  const Tokens train = parse_tokens(files[0]), dev = parse_tokens(files[1]), devtest = parse_tokens(files[2]);
  const TagIndex tags = index_tags(dev, devtest);
  if (tags.size() < 2)
    throw data_error(files[1].name + ": dev and devtest have fewer than two tags; the files may be incomplete; " +
                     source_note);

  DataSet data;
  data.name = "twitter";
  data.classes = static_cast<int>(tags.size());
  WindowedTokens training = to_samples(train, tags, vector_of);
  check_trained(training, tags, files[0].name);
  const ValueRange range = value_range(training.features);
  data.train = scaled(std::move(training), range);
  data.validation = scaled(to_samples(dev, tags, vector_of), range);
  data.test = scaled(to_samples(devtest, tags, vector_of), range);
  data.files_sha256 = content.hex();
  describe_origin(data, of_tweets.hex() == known_sha256, !embeddings.empty());
  return data;
}

}  // namespace m2m::data
