// The published sets of pictures and the user's own, from lists or folders to samples.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/image_list.hpp"
#include "data/picture_folders.hpp"
#include "data/picture_notes.hpp"
#include "data/read_pictures.hpp"
#include "data/readers.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

std::string duplicates_notice(const PictureSet& set, const DuplicateCounts& duplicates, std::int64_t dropped) {
  if (duplicates.pictures == 0) return "";
  std::string notice =
      fmt::format("{}: {} pictures are listed more than once, {} of them with different labels", set.title,
                  group_digits(duplicates.pictures), group_digits(duplicates.with_other_label));
  if (dropped > 0)
    return notice + fmt::format("; {} that are also in test were removed from train", group_digits(dropped));
  if (duplicates.train_and_test == 0) return notice;
  return notice + fmt::format("; {} are in train and in test; data.drop_doubles = true removes them from train",
                              group_digits(duplicates.train_and_test));
}

/// Adds "train: left out, ..." and "train: warnings ...", with the file that names each picture.
void add_notices(const PictureList& part, const DecodedList& read, std::vector<std::string>& notices) {
  constexpr std::size_t max_named = 3;
  const auto add = [&](PictureNoteKind kind, const char* what) {
    const std::vector<PictureNote> notes = select_notes(read.notes, kind);
    if (notes.empty()) return;
    notices.push_back(fmt::format("{}: {} of {} pictures {}: {}; all are named in {}", part.name,
                                  group_digits(notes.size()), group_digits(part.list.paths.size()), what,
                                  notes_text(notes, max_named), notes_file(part.cache).string()));
  };
  add(PictureNoteKind::left_out, "are left out (data.skip_unreadable = true)");
  add(PictureNoteKind::warning, "are read with a warning of the decoder library (data.strict = true refuses them)");
}

/// Path of a cache: beside the lists, or in data.cache, where sets of one name and different folders get different
/// names.
fs::path cache_path(const PictureSet& set, const std::string& part, const settings::DataSettings& settings) {
  const std::string chosen = settings.cache;
  if (chosen.empty()) return set.folder / fmt::format(".m2m-cache-{}-{}.bin", part, set.size);
  const std::string place = sha256_hex(fs::absolute(set.folder).lexically_normal().string()).substr(0, 8);
  return fs::path(chosen) / fmt::format("{}-{}-{}-{}.bin", set.name, place, part, set.size);
}

/// Parts in the order of the hash: train, validation if there is one, test.
std::vector<PictureList> picture_lists(PictureSet& set, bool is_cut, const settings::DataSettings& settings) {
  std::vector<PictureList> parts;
  const auto add = [&](const char* name, const std::string& cache_name, ImageList& list) {
    if (list.count() > 0) parts.push_back({name, std::move(list), cache_path(set, cache_name, settings)});
  };
  add("train", is_cut ? "train-without-doubles" : "train", set.train);
  add("validation", "validation", set.validation);
  add("test", "test", set.test);
  return parts;
}

PictureReading make_reading(const PictureSet& set, const settings::DataSettings& settings) {
  return {.size = set.size, .strict = settings.strict, .skip_unreadable = settings.skip_unreadable.value_or(false)};
}

void take_parts(std::vector<DecodedList> read, const std::vector<PictureList>& parts, DataSet& data) {
  Sha256 hash;
  for (std::size_t i = 0; i < read.size(); ++i) {
    const std::string line = fmt::format("{} {}\n", parts[i].name, read[i].sha256);
    hash.add(std::as_bytes(std::span(line)));
    Samples& samples = parts[i].name == "train"  ? data.train
                       : parts[i].name == "test" ? data.test
                                                 : data.validation;
    samples = std::move(read[i].samples);
  }
  data.files_sha256 = hash.hex();
}

}  // namespace

DataSet read_picture_set(PictureSet set, const settings::DataSettings& settings) {
  if (settings.image_size > 0) set.size = settings.image_size;
  const DuplicateCounts duplicates = count_duplicates(set.train, set.validation, set.test);
  const std::int64_t listed = set.train.count();
  if (settings.drop_doubles) set.train = without_paths_of_test(set.train, set.test);
  const std::int64_t dropped = listed - set.train.count();
  DataSet data;
  data.name = set.name;
  data.classes = set.classes;
  data.class_names = set.class_names;
  data.mean = set.mean;
  data.std = set.std;
  data.augmentation = set.augmentation;
  // Finds an empty class before an hour of decoding.
  smallest_class({set.train.labels, set.validation.labels, set.test.labels}, set.classes, set.folder.string());
  data.published = false;  // there are no published checksums of pictures
  std::vector<std::string> notices = set.notices;
  if (std::string notice = duplicates_notice(set, duplicates, dropped); !notice.empty()) notices.push_back(notice);
  const std::vector<PictureList> parts = picture_lists(set, dropped > 0, settings);
  std::vector<DecodedList> read = read_pictures(parts, set.folder, make_reading(set, settings));
  for (std::size_t i = 0; i < parts.size(); ++i) add_notices(parts[i], read[i], notices);
  data.notice = fmt::format("{}", fmt::join(notices, "\n"));
  take_parts(std::move(read), parts, data);
  data.default_largest = smallest_class({data.train.labels, data.validation.labels, data.test.labels}, set.classes,
                                        set.folder.string());
  return data;
}

ListedSet celeba5() {
  return {.name = "celeba5",
          .title = "CelebA-5",
          .train = "celebA_train_orig.txt",
          .validation = "celebA_val_orig.txt",
          .test = "celebA_test_orig.txt",
          .classes = 5,
          .size = 32,
          .mean = {},
          .std = {},
          .augmentation = {4, true}};
}

ListedSet sun397() {
  return {.name = "sun397",
          .title = "SUN397",
          .train = "train.txt",
          .validation = "val.txt",
          .test = "test.txt",
          .classes = 397,
          .size = 32,
          .mean = {.4833, .4656, .4285},
          .std = {.2646, .2618, .2847},
          .augmentation = {0, true, .8}};
}

ListedSet imagenet_lt() {
  return {.name = "imagenet-lt",
          .title = "ImageNet-LT",
          .train = "ImageNet_LT_train.txt",
          .validation = "ImageNet_LT_val.txt",
          .test = "ImageNet_LT_test.txt",
          .classes = 1000,
          .size = 224,
          .mean = {},
          .std = {},
          .augmentation = {0, true, .08}};
}

ListedSet places_lt() {
  return {.name = "places-lt",
          .title = "Places-LT",
          .train = "Places_LT_train.txt",
          .validation = "Places_LT_val.txt",
          .test = "Places_LT_test.txt",
          .classes = 365,
          .size = 224,
          .mean = {},
          .std = {},
          .augmentation = {0, true, .08}};
}

ListedSet inaturalist18() {
  return {.name = "inaturalist18",
          .title = "iNaturalist 2018",
          .train = "iNaturalist18_train.txt",
          .validation = nullptr,
          .test = "iNaturalist18_val.txt",
          .classes = 8142,
          .size = 224,
          .mean = {},
          .std = {},
          .augmentation = {0, true, .08}};
}

DataSet read_listed_set(const ListedSet& listed, const DataRoots& roots, const settings::DataSettings& settings) {
  const fs::path folder = roots.root / listed.name;
  const auto read_list = [&](const char* name) {
    const fs::path file = folder / name;
    if (!fs::is_regular_file(file)) {
      throw data_error(
          fmt::format("{}: contains no {}: {}/{} is missing; docs/data.md says what belongs there; or name another "
                      "folder with data.root or M2M_DATA",
                      roots.root.string(), listed.title, listed.name, name));
    }
    return parse_image_list(read_file(file), file.string(), listed.classes);
  };
  PictureSet set{listed.name,
                 listed.title,
                 folder,
                 listed.classes,
                 read_list(listed.train),
                 listed.validation != nullptr ? read_list(listed.validation) : ImageList{},
                 read_list(listed.test),
                 listed.size,
                 listed.mean,
                 listed.std,
                 listed.augmentation};
  return read_picture_set(std::move(set), settings);
}

namespace {

void read_folders(const fs::path& root, PictureSet& set) {
  const std::vector<std::string> classes = classes_in(root, "train");
  LeftOutFiles left_out;
  set.classes = static_cast<int>(classes.size());
  set.class_names = classes;
  set.train = list_folders(root, "train", classes, left_out);
  set.test = list_folders(root, "test", classes, left_out);
  if (fs::is_directory(root / "val")) set.validation = list_folders(root, "val", classes, left_out);
  add_unread_folders(root, left_out);
  set.notices = left_out_notices(set.title, left_out);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto label = static_cast<std::int32_t>(k);
    if (std::find(set.train.labels.begin(), set.train.labels.end(), label) == set.train.labels.end()) {
      throw data_error(
          fmt::format("{}: holds no picture, so class '{}' has no training sample; expected .jpg, .jpeg or .png",
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
  throw data_error(
      fmt::format("{}: has {}, but {} is missing; a set needs test pictures", root.string(), train, test));
}

std::string missing_text(const fs::path& root) {
  return fmt::format("data.path = '{}': no such folder; {}", root.string(),
                     did_you_mean(nearest_entry(root).string(), "name the folder of the pictures"));
}

}  // namespace

DataSet read_own_pictures(const settings::DataSettings& settings) {
  const fs::path root = settings.path;
  if (root.empty()) throw usage_error("data.set = 'images' needs data.path, the folder of the pictures");
  if (!fs::exists(root)) throw data_error(missing_text(root));
  const bool has_lists = fs::exists(root / "train.txt");
  if (!has_lists && !fs::is_directory(root / "train")) {
    throw data_error(fmt::format(
        "{}: contains neither train.txt nor train/; docs/data.md shows the layouts of a user's own pictures",
        root.string()));
  }
  PictureSet set;
  set.name = "images";
  set.title = "the pictures of " + root.string();
  set.folder = root;
  check_there(root, has_lists ? "train.txt" : "train/", has_lists ? "test.txt" : "test/");
  if (has_lists) read_lists(root, set);
  if (!has_lists) read_folders(root, set);
  const int size = settings.image_size > 0 ? settings.image_size : set.size;
  set.augmentation = {std::min(size / 8, 127), true};  // a slot stores the shift in 8 bits
  return read_picture_set(std::move(set), settings);
}

}  // namespace m2m::data
