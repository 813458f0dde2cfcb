#pragma once
// Pictures in one folder per class, and the other files found there.
#include <filesystem>
#include <string>
#include <vector>

#include "data/image_list.hpp"

namespace m2m::data {

/// Files found among the pictures that are not part of the set, by reason; paths are relative to the set's folder.
/// Hidden files and folders are not counted.
struct LeftOutFiles {
  std::vector<std::string> beside_classes;  // train/notes.txt
  std::vector<std::string> below_classes;   // train/ant/more/1.jpg
  std::vector<std::string> other_endings;   // train/ant/1.bmp
  std::vector<std::string> unread_folders;  // valid: neither train nor test nor val
};

/// Class folders in `part` of `root`, in byte order of their names; hidden folders are skipped. Local.
/// Throws Error (input_output) if the folder cannot be read, (bad_data) if a class folder is a dead link.
std::vector<std::string> classes_in(const std::filesystem::path& root, const std::string& part);

/// Lists the pictures of `part`/<class>/, classes in order; links to files are listed unchecked. Other files are
/// added to `left_out`. classes: of train, in order. Local.
/// Throws Error (bad_data) if a class is not in `classes`, a name cannot be listed, or there is no picture;
/// (input_output) if a folder cannot be read.
ImageList list_folders(const std::filesystem::path& root, const std::string& part,
                       const std::vector<std::string>& classes, LeftOutFiles& left_out);

/// Adds the pictures of the folder `name` of `root` ("train/ant") to `list`, in byte order of their names; links to
/// files are listed unchecked. Other files of the folder are added to `left_out`. Local.
/// Throws Error (bad_data) if a name cannot be listed, (input_output) if the folder cannot be read.
void add_pictures_of(const std::filesystem::path& root, const std::string& name, std::int32_t label,
                     ImageList& list, LeftOutFiles& left_out);

/// Adds the folders of `root` other than train, test and val. Local. Throws Error (input_output) if it cannot be
/// read.
void add_unread_folders(const std::filesystem::path& root, LeftOutFiles& left_out);

/// A sentence for each reason with files: their number and the first few names. Pure.
std::vector<std::string> left_out_notices(const std::string& title, const LeftOutFiles& left_out);

}  // namespace m2m::data
