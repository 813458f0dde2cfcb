// CINIC-10 and Tiny ImageNet: published sets of pictures whose folders say the classes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "data/picture_folders.hpp"
#include "data/picture_notes.hpp"
#include "data/readers.hpp"
#include "data/text_file.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

std::string fetch_command(const FolderSet& layout, const fs::path& root) {
  return fmt::format("run datasets/fetch_pictures.sh {} --dest '{}'", layout.name, root.string());
}

/// Advice for a damaged folder. The script keeps an existing one, so it has to be deleted first.
std::string fetch_remedy(const FolderSet& layout, const fs::path& root) {
  return fmt::format("delete '{}' and {}", (root / layout.folder).string(), fetch_command(layout, root));
}

void check_there(const FolderSet& layout, const fs::path& root, const std::string& what) {
  if (fs::exists(root / layout.folder / what)) return;
  const bool is_started = fs::exists(root / layout.folder);
  throw data_error(fmt::format("{}: {} {}: {}/{} is missing: {}, or name another folder with data.root or M2M_DATA",
                               root.string(), is_started ? "holds an incomplete" : "contains no", layout.title,
                               layout.folder, what,
                               is_started ? fetch_remedy(layout, root) : fetch_command(layout, root)));
}

/// The folders of classes in train/.
std::vector<std::string> find_classes(const FolderSet& layout, const fs::path& root) {
  constexpr std::size_t max_named = 3;
  const fs::path folder = root / layout.folder;
  std::vector<std::string> classes = classes_in(folder, "train");
  if (!layout.class_folders.empty() && classes != layout.class_folders) {
    const std::string found = classes.empty() ? "no class" : "the classes " + names_text(classes, classes.size());
    throw data_error(fmt::format("{}: holds {}, expected {}: {}", (folder / "train").string(), found,
                                 fmt::join(layout.class_folders, ", "), fetch_remedy(layout, root)));
  }
  if (classes.size() != static_cast<std::size_t>(layout.classes)) {
    throw data_error(fmt::format("{}: holds {} folders of classes{}, expected {}: {}", (folder / "train").string(),
                                 classes.size(), classes.empty() ? "" : " (" + names_text(classes, max_named) + ")",
                                 layout.classes, fetch_remedy(layout, root)));
  }
  return classes;
}

/// Throws Error (bad_data) unless each class has `expected` pictures in the list of this part.
void check_counts(const FolderSet& layout, const fs::path& root, const char* part, const ImageList& list,
                  const std::vector<std::string>& classes, std::int64_t expected) {
  std::vector<std::int64_t> counts(classes.size(), 0);
  for (const std::int32_t label : list.labels) ++counts[static_cast<std::size_t>(label)];
  const auto wrong =
      std::find_if(counts.begin(), counts.end(), [&](std::int64_t count) { return count != expected; });
  if (wrong == counts.end()) return;
  throw data_error(fmt::format("{}: {}/ has {} pictures of class '{}', expected {}: {}",
                               (root / layout.folder).string(), part, group_digits(*wrong),
                               names_text({&classes[wrong - counts.begin()], 1}, 1), group_digits(expected),
                               fetch_remedy(layout, root)));
}

PictureSet make_set(const FolderSet& layout, const fs::path& root) {
  PictureSet set;
  set.name = layout.name;
  set.title = layout.title;
  set.folder = root / layout.folder;
  set.classes = layout.classes;
  set.size = layout.size;
  set.mean = layout.mean;
  set.std = layout.std;
  set.augmentation = layout.augmentation;
  return set;
}

}  // namespace

FolderSet cinic10() {
  return {
      .name = "cinic10",
      .title = "CINIC-10",
      .folder = "cinic10",
      .class_folders = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
      .classes = 10,
      .size = 32,
      .train = 9000,
      .validation = 9000,
      .test = 9000,
      .mean = {.47889522, .47227842, .43047404},
      .std = {.24205776, .23828046, .25874835},
      .augmentation = {4, true}};
}

DataSet read_cinic10(const FolderSet& layout, const DataRoots& roots, const settings::DataSettings& settings) {
  for (const char* part : {"train", "valid", "test"}) check_there(layout, roots.root, part);
  const std::vector<std::string> classes = find_classes(layout, roots.root);
  PictureSet set = make_set(layout, roots.root);
  LeftOutFiles left_out;
  const auto list = [&](const char* part, std::int64_t expected) {
    ImageList listed = list_folders(set.folder, part, classes, left_out);
    check_counts(layout, roots.root, part, listed, classes, expected);
    return listed;
  };
  set.train = list("train", layout.train);
  set.validation = list("valid", layout.validation);
  set.test = list("test", layout.test);
  set.notices = left_out_notices(set.title, left_out);
  return read_picture_set(std::move(set), settings);
}

FolderSet tiny_imagenet() {
  return {.name = "tiny-imagenet",
          .title = "Tiny ImageNet",
          .folder = "tiny-imagenet-200",
          .class_folders = {},
          .classes = 200,
          .size = 64,
          .train = 500,
          .validation = 0,
          .test = 50,
          .mean = {},
          .std = {},
          .augmentation = {8, true}};
}

namespace {

/// Appends a line of the annotations; returns what is wrong with it, or "".
std::string append_annotation(std::string_view line, const std::vector<std::string>& classes, ImageList& list) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return "expected the name of a picture, a tab and a class";
  const std::string_view picture = line.substr(0, tab), rest = line.substr(tab + 1);
  std::string path = "val/images/" + std::string(picture);
  if (picture.empty() || picture.find('/') != std::string_view::npos || !path_fault(path).empty())
    return "expected the name of a picture in val/images before the tab";
  const std::string label(rest.substr(0, rest.find('\t')));
  const auto found = std::lower_bound(classes.begin(), classes.end(), label);
  if (found == classes.end() || *found != label)
    return fmt::format("class '{}' has no folder in train/", names_text({&label, 1}, 1));
  list.paths.push_back(std::move(path));
  list.labels.push_back(static_cast<std::int32_t>(found - classes.begin()));
  return "";
}

}  // namespace

ImageList parse_annotations(std::string_view text, const std::string& name,
                            const std::vector<std::string>& classes) {
  ImageList list;
  std::unordered_set<std::string> seen;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    std::string fault = append_annotation(line, classes, list);
    if (fault.empty() && !seen.insert(list.paths.back()).second) fault = list.paths.back() + " is listed twice";
    if (!fault.empty()) throw data_error(fmt::format("{}:{}: {}", name, number, fault));
  }
  return list;
}

DataSet read_tiny_imagenet(const FolderSet& layout, const DataRoots& roots,
                           const settings::DataSettings& settings) {
  constexpr const char* annotations = "val/val_annotations.txt";
  for (const char* part : {"train", annotations}) check_there(layout, roots.root, part);
  const std::vector<std::string> classes = find_classes(layout, roots.root);
  PictureSet set = make_set(layout, roots.root);
  LeftOutFiles left_out;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const std::string name = "train/" + classes[k] + "/images";
    check_there(layout, roots.root, name);
    add_pictures_of(set.folder, name, static_cast<std::int32_t>(k), set.train, left_out);
  }
  const fs::path file = set.folder / annotations;
  set.test = parse_annotations(read_file(file), file.string(), classes);
  check_counts(layout, roots.root, "train", set.train, classes, layout.train);
  check_counts(layout, roots.root, "val", set.test, classes, layout.test);
  set.notices = left_out_notices(set.title, left_out);
  return read_picture_set(std::move(set), settings);
}

}  // namespace m2m::data
