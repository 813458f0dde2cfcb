#pragma once
// What is to be said of single pictures: those that are left out, and those read although the decoder library
// warns.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/image_list.hpp"

namespace m2m::data {

enum class PictureNoteKind { warning, left_out };

struct PictureNote {
  PictureNoteKind kind = PictureNoteKind::warning;
  std::string path;      // as listed
  std::string sentence;  // "is missing"; the library's warning
};

/// The notes of one kind, in order. Pure.
std::vector<PictureNote> select_notes(std::span<const PictureNote> notes, PictureNoteKind kind);

/// "a.png is missing, b.jpg is empty, and 7 more": at most `max_named` of them. Pure.
std::string notes_text(std::span<const PictureNote> notes, std::size_t max_named);

/// Names a few, or all of a few: "a.png, b.png, and 7 more". What cannot stand in a log line is replaced. Pure.
std::string names_text(std::span<const std::string> names, std::size_t max_named);

/// The list without the entries that the notes leave out, in order. Pure.
ImageList without_left_out(const ImageList& list, std::span<const PictureNote> notes);

/// The file beside a cache that holds its notes, and only exists if there are any.
std::filesystem::path notes_file(const std::filesystem::path& cache);

/// A line a note: kind, sentence and path, with tabs between.
std::string write_notes(std::span<const PictureNote> notes);

/// Reads what write_notes wrote; a line of another form is skipped. Pure.
std::vector<PictureNote> parse_notes(std::string_view text);

}  // namespace m2m::data
