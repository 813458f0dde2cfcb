#pragma once
// Notes about single pictures: left out, or read in spite of a warning of the decoder library.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/image_list.hpp"

namespace m2m::data {

/// Kinds of notes.
enum class PictureNoteKind { warning, left_out };

/// A note about one picture.
struct PictureNote {
  PictureNoteKind kind = PictureNoteKind::warning;
  std::string path;      // as listed
  std::string sentence;  // for example "is missing", or the warning of the library
};

/// Notes of one kind, in order. Pure.
std::vector<PictureNote> select_notes(std::span<const PictureNote> notes, PictureNoteKind kind);

/// Text of at most `max_named` notes: "a.png is missing, b.jpg is empty, and 7 more". Pure.
std::string notes_text(std::span<const PictureNote> notes, std::size_t max_named);

/// Text of at most `max_named` names: "a.png, b.png, and 7 more". Characters that a log line cannot hold are
/// replaced. Pure.
std::string names_text(std::span<const std::string> names, std::size_t max_named);

/// Entries of the list that the notes do not leave out, in order. Pure.
ImageList without_left_out(const ImageList& list, std::span<const PictureNote> notes);

/// The file beside a cache that holds its notes; it exists only if there are notes. Pure.
std::filesystem::path notes_file(const std::filesystem::path& cache);

/// Notes as text, a line each: kind, sentence and path, separated by tabs. Pure.
std::string write_notes(std::span<const PictureNote> notes);

/// Parses the text of write_notes; a line of another form is skipped. Pure.
std::vector<PictureNote> parse_notes(std::string_view text);

}  // namespace m2m::data
