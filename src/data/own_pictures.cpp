#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files.hpp"
#include "data/picture_folders.hpp"
#include "data/picture_sets.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

void read_folders(const fs::path& root, PictureSet& set) {
  const std::vector<std::string> classes = classes_in(root, "train");
  LeftOutFiles left_out;
  set.classes = static_cast<int>(classes.size());
  set.train = list_folders(root, "train", classes, left_out);
  set.test = list_folders(root, "test", classes, left_out);
  if (fs::is_directory(root / "val")) set.validation = list_folders(root, "val", classes, left_out);
  add_unread_folders(root, left_out);
  set.notices = left_out_notices(set.title, left_out);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto label = static_cast<std::int32_t>(k);
    if (std::find(set.train.labels.begin(), set.train.labels.end(), label) == set.train.labels.end()) {
      throw data_error(
          fmt::format("{}: holds no picture, so class '{}' has no training sample: expected .jpg, .jpeg or .png",
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

DataSet read_own_pictures(const settings::DataSettings& settings) {
  const fs::path root = settings.path;
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
  const int size = settings.image_size > 0 ? settings.image_size : set.size;
  set.augmentation = {std::min(size / 8, 127), true};  // a slot keeps the shift in 8 bits
  return read_picture_set(std::move(set), settings);
}

}  // namespace m2m::data
