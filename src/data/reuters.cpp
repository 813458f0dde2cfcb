// Reads Reuters-52 as bags of words.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/readers.hpp"
#include "data/text_file.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* source_note = "docs/data_text.md says where to get it";
constexpr const char* known_sha256 = "8ecedf6a272c290d1388e39f6945f94a06114e10cd7aa5df85849e9dad94d2d1";

struct Document {
  std::string_view label, text;
};

using Documents = std::vector<Document>;
using ClassIndex = std::map<std::string_view, std::int32_t>;           // class numbers by name
using Vocabulary = std::unordered_map<std::string_view, std::size_t>;  // columns of the words

TextFile read_part(const fs::path& root, const char* name, Sha256& content) {
  const fs::path file = root / reuters_folder / name;
  return read_text_file(
      file,
      fmt::format("{}: is missing; reuters36 is made from {}/r52-train.txt and r52-test.txt below "
                  "the data root; {}",
                  file.string(), reuters_folder, source_note),
      content);
}

Documents parse_documents(const TextFile& file) {
  Documents documents;
  for (const std::string_view line : split_lines(file)) {
    const auto [label, text] =
        split_at_tab(file, documents.size() + 1, line, "label<TAB>text", SecondPart::may_be_empty);
    documents.push_back({label, text});
  }
  return documents;
}

ClassIndex kept_classes(const Documents& test, const std::string& name) {
  std::map<std::string_view, std::int64_t> counts;
  for (const Document& document : test) ++counts[document.label];
  ClassIndex classes;
  for (const auto& [label, count] : counts) {
    if (count >= reuters_min_test) classes.emplace(label, static_cast<std::int32_t>(classes.size()));
  }
  if (classes.size() >= 2) return classes;
  throw data_error(
      fmt::format("{}: {} classes have {} documents or more, expected at least 2; the file may be incomplete; {}",
                  name, classes.size(), reuters_min_test, source_note));
}

void check_trained(const ClassIndex& classes, const Documents& train, const std::string& train_name) {
  for (const auto& [label, number] : classes) {
    const auto is_of_class = [&label = label](const Document& document) { return document.label == label; };
    if (std::any_of(train.begin(), train.end(), is_of_class)) continue;
    throw data_error(fmt::format(
        "{}: holds no document of '{}', a label of {} or more test documents; the file may be incomplete; {}",
        train_name, label, reuters_min_test, source_note));
  }
}

void keep(const ClassIndex& classes, Documents& documents) {
  std::erase_if(documents, [&](const Document& document) { return !classes.contains(document.label); });
}

template <typename Use>
void for_each_word(std::string_view text, const Use& use) {
  constexpr const char* spaces = " \t\v\f\r";
  for (std::size_t at = text.find_first_not_of(spaces); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(spaces, at), text.size());
    use(text.substr(at, end - at));
    at = text.find_first_not_of(spaces, end);
  }
}

Vocabulary most_frequent_words(const Documents& documents) {
  std::unordered_map<std::string_view, std::int64_t> counts;
  for (const Document& document : documents) {
    for_each_word(document.text, [&](std::string_view word) { ++counts[word]; });
  }
  std::vector<std::pair<std::int64_t, std::string_view>> ranked;
  for (const auto& [word, count] : counts) ranked.emplace_back(-count, word);
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(ranked.size(), reuters_words));
  Vocabulary columns;
  for (const auto& [count, word] : ranked) columns.emplace(word, columns.size());
  return columns;
}

std::vector<float> to_bags_of_words(const Documents& documents, const Vocabulary& columns) {
  std::vector<float> bags(documents.size() * columns.size(), 0.0F);
  for (std::size_t row = 0; row < documents.size(); ++row) {
    for_each_word(documents[row].text, [&](std::string_view word) {
      const auto column = columns.find(word);
      if (column != columns.end()) bags[row * columns.size() + column->second] = 1.0F;
    });
  }
  return bags;
}

Samples to_samples(const Documents& documents, const ClassIndex& classes, const Vocabulary& columns) {
  Samples samples;
  samples.shape = {1, 1, static_cast<int>(columns.size())};
  samples.features = to_bags_of_words(documents, columns);
  for (const Document& document : documents) samples.labels.push_back(classes.at(document.label));
  return samples;
}

}  // namespace

DataSet read_reuters(const fs::path& root) {
  Sha256 content;
  const TextFile train_file = read_part(root, "r52-train.txt", content);
  const TextFile test_file = read_part(root, "r52-test.txt", content);
  Documents train = parse_documents(train_file), test = parse_documents(test_file);
  const ClassIndex classes = kept_classes(test, test_file.name);
  check_trained(classes, train, train_file.name);
  keep(classes, train);
  keep(classes, test);
  const Vocabulary columns = most_frequent_words(train);
  if (columns.empty())
    throw data_error(fmt::format("{}: its documents have no words; the file may be incomplete; {}", train_file.name,
                                 source_note));

  DataSet data;
  data.name = "reuters36";
  data.classes = static_cast<int>(classes.size());
  for (const auto& [label, number] : classes) data.class_names.emplace_back(label);
  data.train = to_samples(train, classes, columns);  // 0 and 1 need no scaling
  data.test = to_samples(test, classes, columns);
  data.files_sha256 = content.hex();
  data.published = data.files_sha256 == known_sha256;
  if (!data.published) data.notice = "Reuters-52 here is not confirmed as the published files";
  return data;
}

}  // namespace m2m::data
