#pragma once
// Lists of pictures, `path label` a line, as the field publishes them; checks of labels and duplicates.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

/// Bound on the number of classes: a larger label is taken for a mistake.
inline constexpr std::int32_t max_classes = 100'000;

/// Labels of the parts of a data set, 0 .. K-1; validation may be empty.
struct PartLabels {
  const std::vector<std::int32_t>&train, &validation, &test;
};

/// Training samples of the rarest of `classes` classes. location: the data set in errors. Pure.
/// Throws Error (bad_data), with what to do, if there are fewer than two classes or a class has no training sample:
/// labels that do not begin at 0, that have a gap, or that occur only in validation or test.
std::int64_t smallest_class(const PartLabels& labels, int classes, const std::string& location);

/// Pictures and their labels, in the order of the list.
struct ImageList {
  std::vector<std::string> paths;    // [n], below the list's folder
  std::vector<std::int32_t> labels;  // [n], 0 .. K-1
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// Parses a list. The label follows the last white space of a line, so a path may hold spaces. Blank lines are
/// skipped; lines may end with "\r\n". name: the file in errors. Pure.
///
/// Throws Error (bad_data), naming the line, if a label is missing or not a whole number below `classes`, or if a
/// path is not UTF-8 or leads out of the folder. Also throws it if there is no line.
ImageList parse_image_list(std::string_view text, const std::string& name, int classes = max_classes);

/// Why `path` is not a path below a folder, for example "is absolute"; "" if it is one. Pure.
std::string path_fault(const std::string& path);

/// The list in one spelling, "path label\n" a line, for hashes. Pure.
std::string list_text(const ImageList& list);

/// Numbers of pictures that a data set lists more than once.
struct DuplicateCounts {
  std::int64_t pictures = 0;          // listed more than once, in one part or over several
  std::int64_t with_other_label = 0;  // of these, with different labels
  std::int64_t train_and_test = 0;    // listed in train and in test
};

/// Counts duplicates over all parts by their paths as written. Pure.
DuplicateCounts count_duplicates(const ImageList& train, const ImageList& validation, const ImageList& test);

/// Entries of `train` whose path is not in `test`, in order. Pure.
ImageList without_paths_of_test(const ImageList& train, const ImageList& test);

}  // namespace m2m::data
