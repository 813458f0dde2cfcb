#pragma once
// Pictures in a folder for each class, and what else lies there.
#include <filesystem>
#include <string>
#include <vector>

#include "data/image_list.hpp"

namespace m2m::data {

/// What lies among the pictures and is none of the set, by why; paths below the set's folder. Hidden files and
/// folders are not counted.
struct LeftOutFiles {
  std::vector<std::string> beside_classes;  // train/notes.txt
  std::vector<std::string> below_classes;   // train/ant/more/1.jpg
  std::vector<std::string> other_endings;   // train/ant/1.bmp
  std::vector<std::string> unread_folders;  // valid: neither train nor test nor val
};

/// The folders of classes in `part` of `root`, in the order of their names' bytes. Hidden ones are none.
/// Throws Error (input_output) if it cannot be read; (bad_data) if a class's folder is a link that leads nowhere.
std::vector<std::string> classes_in(const std::filesystem::path& root, const std::string& part);

/// The pictures of `part`/<class>/, classes in order, whatever becomes of a link; adds what else lies there to
/// `left_out`. classes: of train, in order.
/// Throws Error (bad_data): a class that is not in `classes`, a name that cannot be listed, or no picture at all;
/// (input_output) as classes_in does.
ImageList list_folders(const std::filesystem::path& root, const std::string& part,
                       const std::vector<std::string>& classes, LeftOutFiles& left_out);

/// Adds the folders of `root` that hold no part of a set. Throws Error (input_output) if it cannot be read.
void add_unread_folders(const std::filesystem::path& root, LeftOutFiles& left_out);

/// A sentence for each kind that has any: how many, and the first few names. Pure.
std::vector<std::string> left_out_notices(const std::string& title, const LeftOutFiles& left_out);

}  // namespace m2m::data
