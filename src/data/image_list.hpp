#pragma once
// Lists of pictures, `path label` a line, as the field passes them on; checks on labels of data from outside.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

/// No data set here has as many classes; a label beyond is a slip, not a class.
inline constexpr std::int32_t max_classes = 100'000;

/// The labels of a data set's parts, 0 .. K-1; validation may be empty.
struct PartLabels {
  const std::vector<std::int32_t>&train, &validation, &test;
};

/// Training samples of the rarest of `classes` classes. `where` is the set in error sentences. Pure.
/// Throws Error (bad_data) with what to do about it if there are fewer than two classes, or one has no training
/// sample: labels that do not begin at 0, that have a gap, or that only validation or test have.
std::int64_t smallest_class(const PartLabels& labels, int classes, const std::string& location);

/// Pictures in the order of the list, and what they show.
struct ImageList {
  std::vector<std::string> paths;    // [n], below the list's folder
  std::vector<std::int32_t> labels;  // [n], 0 .. K-1
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// Reads a list's text; the label is what follows a line's last white space, so paths may hold spaces. Blank lines
/// are skipped, lines may end as Windows ends them. `name` is the file in error sentences. Pure.
///
/// Throws Error (bad_data) naming the line: no label, one that is not a whole number below `classes`, a path that
/// is not UTF-8 or leads out of the folder; and where no line is left.
ImageList parse_image_list(std::string_view text, const std::string& name, int classes = max_classes);

/// Why `path` cannot be one below a folder ("is absolute"), or "".
std::string path_fault(const std::string& path);

/// The list with one spelling, "path label\n" a line: what hashes are made of.
std::string list_text(const ImageList& list);

/// Pictures that a data set lists more than once.
struct DuplicateCounts {
  std::int64_t pictures = 0;          // listed more than once, in one part or over several
  std::int64_t with_other_label = 0;  // of these, with different labels
  std::int64_t train_and_test = 0;    // listed in train and in test
};

/// Counts them over all parts by their paths as written. Pure.
DuplicateCounts count_duplicates(const ImageList& train, const ImageList& validation, const ImageList& test);

/// `train` without the entries whose path is in `test`, in order. Pure.
ImageList without_paths_of_test(const ImageList& train, const ImageList& test);

}  // namespace m2m::data
