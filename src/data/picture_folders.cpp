#include "data/picture_folders.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

bool is_picture(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

bool is_folder(const fs::directory_entry& entry) {
  std::error_code failed;  // a dead link is not a folder
  return entry.is_directory(failed);
}

bool is_dead_link(const fs::directory_entry& entry) {
  std::error_code failed;
  return entry.is_symlink(failed) && !entry.exists(failed);
}

/// Entries of a folder that are not hidden, in byte order of their names.
std::vector<fs::directory_entry> entries_in(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (!at->path().filename().string().starts_with('.')) entries.push_back(*at);
  if (failed) throw io_error(fmt::format("{}: cannot be read: {}", folder.string(), failed.message()));
  std::sort(entries.begin(), entries.end(),
            [](const auto& one, const auto& other) { return one.path().native() < other.path().native(); });
  return entries;
}

/// Adds every file in and below a folder. A link to a folder is not followed, because it may lead back; it counts
/// as one file.
void add_files_below(const fs::path& folder, const std::string& name, std::vector<std::string>& files) {
  for (const fs::directory_entry& entry : entries_in(folder)) {
    const std::string path = name + "/" + entry.path().filename().string();
    std::error_code failed;
    if (is_folder(entry) && !entry.is_symlink(failed)) {
      add_files_below(entry.path(), path, files);
    } else {
      files.push_back(path);
    }
  }
}

void add_picture(const fs::path& root, const std::string& path, std::int32_t label, ImageList& list) {
  const std::string fault = path_fault(path);
  if (!fault.empty()) {
    throw data_error(fmt::format("{}: the name of a picture of class {} {}; rename it",
                                 (root / path.substr(0, path.find('/'))).string(), label, fault));
  }
  list.paths.push_back(path);
  list.labels.push_back(label);
}

}  // namespace

std::vector<std::string> classes_in(const fs::path& root, const std::string& part) {
  std::vector<std::string> classes;
  for (const fs::directory_entry& entry : entries_in(root / part)) {
    if (is_folder(entry)) classes.push_back(entry.path().filename().string());
    if (is_dead_link(entry) && !is_picture(entry.path())) {
      throw data_error(
          fmt::format("{}: is a dead link, so a class may be missing; repair or remove it", entry.path().string()));
    }
  }
  return classes;
}

void add_pictures_of(const fs::path& root, const std::string& name, std::int32_t label, ImageList& list,
                     LeftOutFiles& left_out) {
  for (const fs::directory_entry& entry : entries_in(root / name)) {
    const std::string path = name + "/" + entry.path().filename().string();
    if (is_folder(entry)) {
      add_files_below(entry.path(), path, left_out.below_classes);
    } else if (is_picture(entry.path())) {
      add_picture(root, path, label, list);
    } else {
      left_out.other_endings.push_back(path);
    }
  }
}

ImageList list_folders(const fs::path& root, const std::string& part, const std::vector<std::string>& classes,
                       LeftOutFiles& left_out) {
  ImageList list;
  for (const std::string& name : classes_in(root, part)) {
    const auto found = std::lower_bound(classes.begin(), classes.end(), name);
    if (found == classes.end() || *found != name) {
      throw data_error(fmt::format("{}: class '{}' of {}/ has no folder in train/, and so no training picture",
                                   root.string(), name, part));
    }
    add_pictures_of(root, part + "/" + name, static_cast<std::int32_t>(found - classes.begin()), list, left_out);
  }
  if (list.count() == 0) {
    throw data_error(fmt::format("{}: holds no pictures; expected a folder of .jpg, .jpeg or .png for each class",
                                 (root / part).string()));
  }
  for (const fs::directory_entry& entry : entries_in(root / part))
    if (!is_folder(entry)) left_out.beside_classes.push_back(part + "/" + entry.path().filename().string());
  return list;
}

void add_unread_folders(const fs::path& root, LeftOutFiles& left_out) {
  for (const fs::directory_entry& entry : entries_in(root)) {
    const std::string name = entry.path().filename().string();
    if (is_folder(entry) && name != "train" && name != "test" && name != "val")
      left_out.unread_folders.push_back(name);
  }
}

std::vector<std::string> left_out_notices(const std::string& title, const LeftOutFiles& left_out) {
  constexpr std::size_t max_named = 3;
  std::vector<std::string> notices;
  const auto add = [&](const std::vector<std::string>& names, const char* what) {
    if (names.empty()) return;
    notices.push_back(fmt::format("{}: left out, {}: {} ({})", title, what, group_digits(names.size()),
                                  names_text(names, max_named)));
  };
  add(left_out.beside_classes, "files beside the folders of classes");
  add(left_out.below_classes, "files in folders below those of classes");
  add(left_out.other_endings, "files not called .jpg, .jpeg or .png");
  add(left_out.unread_folders, "folders other than train, test and val");
  return notices;
}

}  // namespace m2m::data
