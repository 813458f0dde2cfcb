#include "data/image_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include "core/class_counts.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace m2m::data {
namespace {

constexpr const char* white_space = " \t\r\v\f";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
  return text.substr(0, text.find_last_not_of(white_space) + 1);
}

/// Parses a whole number; -1 if `digits` are anything else.
std::int64_t whole_number(std::string_view digits) {
  std::int64_t value = -1;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return failed == std::errc{} && end == digits.data() + digits.size() ? value : -1;
}

/// Appends a line that is not blank; returns what is wrong with it, or "".
std::string append_line(std::string_view line, int classes, ImageList& list) {
  const std::size_t gap = line.find_last_of(white_space);
  if (gap == std::string_view::npos) return "expected a path and a label, separated by a space";
  const std::int64_t label = whole_number(line.substr(gap + 1));
  if (label < 0 || label >= classes) {
    const std::string found(line.substr(gap + 1));
    return fmt::format("expected a label from 0 to {} after the path, found '{}'", classes - 1,
                       is_utf8(found) ? found : "(not UTF-8)");
  }
  std::string path(trimmed(line.substr(0, gap)));
  const std::string fault = path_fault(path);
  if (!fault.empty()) return fmt::format("expected a path below the list's folder, but this one {}", fault);
  list.paths.push_back(std::move(path));
  list.labels.push_back(static_cast<std::int32_t>(label));
  return "";
}

}  // namespace

std::string path_fault(const std::string& path) {
  if (path.empty()) return "is empty";
  if (!is_utf8(path)) return "is not UTF-8";
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < ' ' && byte != '\t'; };
  if (std::any_of(path.begin(), path.end(), is_control)) return "holds a control character";
  const std::filesystem::path parts(path);
  if (parts.is_absolute()) return "is absolute";
  if (std::find(parts.begin(), parts.end(), "..") != parts.end()) return "holds '..'";
  return "";
}

ImageList parse_image_list(std::string_view text, const std::string& name, int classes) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  ImageList list;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string_view content = trimmed(line);
    const std::string fault = content.empty() ? "" : append_line(content, classes, list);
    if (!fault.empty()) throw data_error(fmt::format("{}:{}: {}", name, number, fault));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  if (list.count() == 0) throw data_error(name + ": is empty; expected a path and a label a line");
  return list;
}

std::string list_text(const ImageList& list) {
  std::string text;
  for (std::size_t i = 0; i < list.paths.size(); ++i) {
    text += list.paths[i];
    text += fmt::format(" {}\n", list.labels[i]);
  }
  return text;
}

DuplicateCounts count_duplicates(const ImageList& train, const ImageList& validation, const ImageList& test) {
  struct Seen {
    std::int64_t times = 0;
    std::int32_t label = 0;
    bool contradicts = false, in_train = false, in_test = false;
  };
  std::unordered_map<std::string_view, Seen> pictures;
  for (const ImageList* list : {&train, &validation, &test}) {
    for (std::size_t i = 0; i < list->paths.size(); ++i) {
      Seen& seen = pictures[list->paths[i]];
      seen.contradicts |= seen.times > 0 && seen.label != list->labels[i];
      seen.label = list->labels[i];
      ++seen.times;
      seen.in_train |= list == &train;
      seen.in_test |= list == &test;
    }
  }
  DuplicateCounts duplicates;
  for (const auto& [path, seen] : pictures) {
    duplicates.pictures += seen.times > 1;
    duplicates.with_other_label += seen.contradicts;
    duplicates.train_and_test += seen.in_train && seen.in_test;
  }
  return duplicates;
}

ImageList without_paths_of_test(const ImageList& train, const ImageList& test) {
  const std::unordered_set<std::string_view> tested(test.paths.begin(), test.paths.end());
  ImageList kept;
  for (std::size_t i = 0; i < train.paths.size(); ++i) {
    if (tested.contains(train.paths[i])) continue;
    kept.paths.push_back(train.paths[i]);
    kept.labels.push_back(train.labels[i]);
  }
  return kept;
}

namespace {

ClassCounts count_labels(const std::vector<std::int32_t>& labels, int classes) {
  ClassCounts counts(static_cast<std::size_t>(classes), 0);
  for (const std::int32_t label : labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

/// Labels that occur in any part, ascending.
std::vector<int> occurring(const PartLabels& labels, int classes) {
  ClassCounts all(static_cast<std::size_t>(classes), 0);
  for (const auto* part : {&labels.train, &labels.validation, &labels.test}) {
    for (const std::int32_t label : *part) ++all[static_cast<std::size_t>(label)];
  }
  std::vector<int> found;
  for (int k = 0; k < classes; ++k) {
    if (all[static_cast<std::size_t>(k)] > 0) found.push_back(k);
  }
  return found;
}

/// What is wrong with labels of which `missing` has no training sample, and what to do. found: the labels that
/// occur, at least 2.
std::string labels_fault(int missing, const std::vector<int>& found, int classes) {
  const int first = found.front(), last = found.back(), count = static_cast<int>(found.size());
  if (std::binary_search(found.begin(), found.end(), missing)) {
    return fmt::format(
        "class {} is in validation or test but not in training: add training samples of it, or leave "
        "it out everywhere",
        missing);
  }
  if (first > 0 && last - first + 1 == count)
    return fmt::format("labels run from {} to {}, expected to begin at 0; subtract {} from all of them", first,
                       last, first);
  if (missing > last)
    return fmt::format("class {} of {} has no sample; check that no part of the set is missing", missing, classes);
  return fmt::format(
      "no sample has the label {}, although {} occurs: number the {} classes from 0 to {} without gaps", missing,
      last, count, count - 1);
}

}  // namespace

std::int64_t smallest_class(const PartLabels& labels, int classes, const std::string& location) {
  const std::vector<int> found = occurring(labels, classes);
  if (found.size() < 2) throw data_error(fmt::format("{}: holds one class, expected at least 2", location));
  const ClassCounts counts = count_labels(labels.train, classes);
  const auto rarest = std::min_element(counts.begin(), counts.end());
  if (*rarest > 0) return *rarest;
  throw data_error(
      fmt::format("{}: {}", location, labels_fault(static_cast<int>(rarest - counts.begin()), found, classes)));
}

}  // namespace m2m::data
