#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files.hpp"
#include "data/picture_sets.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

bool is_picture(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

/// Names of what lies in a folder and passes `test`, in the order of their bytes.
std::vector<std::string> names_in(const fs::path& folder, bool (*test)(const fs::directory_entry&)) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (test(*at)) names.push_back(at->path().filename().string());
  if (failed) throw io_error(fmt::format("{}: cannot be read: {}", folder.string(), failed.message()));
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> classes_in(const fs::path& folder) {
  return names_in(folder, [](const fs::directory_entry& entry) {
    return entry.is_directory() && !entry.path().filename().string().starts_with('.');
  });
}

std::vector<std::string> pictures_in(const fs::path& folder) {
  return names_in(
      folder, [](const fs::directory_entry& entry) { return entry.is_regular_file() && is_picture(entry.path()); });
}

/// The pictures of `part`/<class>/, classes in order.
ImageList list_folder(const fs::path& root, const std::string& part, const std::vector<std::string>& classes) {
  ImageList list;
  for (const std::string& name : classes_in(root / part)) {
    const auto found = std::lower_bound(classes.begin(), classes.end(), name);
    if (found == classes.end() || *found != name) {
      throw data_error(fmt::format("{}: class '{}' of {}/ has no folder in train/, so no training picture",
                                   root.string(), name, part));
    }
    for (const std::string& file : pictures_in(root / part / name)) {
      list.paths.push_back(part + "/" + name + "/" + file);
      list.labels.push_back(static_cast<std::int32_t>(found - classes.begin()));
      const std::string fault = fault_of_path(list.paths.back());
      if (!fault.empty()) {
        throw data_error(fmt::format("{}: the name of a picture of class {} {}: rename it", (root / part).string(),
                                     found - classes.begin(), fault));
      }
    }
  }
  if (list.count() == 0) {
    throw data_error(fmt::format("{}: holds no pictures: expected folders of .jpg, .jpeg or .png, one a class",
                                 (root / part).string()));
  }
  return list;
}

void read_folders(const fs::path& root, PictureSet& set) {
  const std::vector<std::string> classes = classes_in(root / "train");
  set.classes = static_cast<int>(classes.size());
  set.train = list_folder(root, "train", classes);
  set.test = list_folder(root, "test", classes);
  if (fs::is_directory(root / "val")) set.validation = list_folder(root, "val", classes);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto label = static_cast<std::int32_t>(k);
    if (std::find(set.train.labels.begin(), set.train.labels.end(), label) == set.train.labels.end()) {
      throw data_error(fmt::format("{}: holds no picture, so class '{}' has no training sample",
                                   (root / "train" / classes[k]).string(), classes[k]));
    }
  }
}

void read_lists(const fs::path& root, PictureSet& set) {
  const auto read = [&](const char* name) {
    const fs::path file = root / name;
    return parse_image_list(read_file(file), file.string());
  };
  set.train = read("train.txt");
  set.test = read("test.txt");
  if (fs::exists(root / "val.txt")) set.validation = read("val.txt");
  for (const ImageList* list : {&set.train, &set.validation, &set.test})
    for (const std::int32_t label : list->labels) set.classes = std::max(set.classes, label + 1);
}

void check_there(const fs::path& root, const char* train, const char* test) {
  if (fs::exists(root / test)) return;
  throw data_error(fmt::format("{}: {} is there, {} is missing: a set is tested on pictures of its own",
                               root.string(), train, test));
}

}  // namespace

DataSet read_own_pictures(const Config& config) {
  const fs::path root = config.text("data.path");
  if (root.empty()) throw usage_error("data.set = 'images' needs data.path, the folder of your pictures");
  const bool has_lists = fs::exists(root / "train.txt");
  if (!has_lists && !fs::is_directory(root / "train")) {
    throw data_error(fmt::format(
        "{}: holds neither train.txt nor train/: docs/data.md says how your own pictures may lie", root.string()));
  }
  PictureSet set;
  set.name = "images";
  set.title = "the pictures of " + root.string();
  set.folder = root;
  check_there(root, has_lists ? "train.txt" : "train/", has_lists ? "test.txt" : "test/");
  if (has_lists) read_lists(root, set);
  if (!has_lists) read_folders(root, set);
  const std::int64_t asked = config.integer("data.image_size");
  const int size = asked > 0 ? static_cast<int>(asked) : set.size;
  set.augmentation = {std::min(size / 8, 127), true};  // a slot keeps the shift in 8 bits
  return read_picture_set(std::move(set), config);
}

}  // namespace m2m
