#include "data/picture_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/read_pictures.hpp"

namespace m2m::data {
namespace {

constexpr std::string_view warning_word = "warning", left_out_word = "left out";

/// Replaces what a log line or JSON cannot hold; the name of a file may hold any byte.
std::string printable(std::string name) {
  if (!is_utf8(name)) return "(a name that is not UTF-8)";
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < ' ' || byte == '\x7F'; };
  std::replace_if(name.begin(), name.end(), is_control, '?');
  return name;
}

/// Removes the part of `text` up to and including `end`; returns it without `end`.
std::string_view cut_at(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

}  // namespace

std::vector<PictureNote> select_notes(std::span<const PictureNote> notes, PictureNoteKind kind) {
  std::vector<PictureNote> found;
  std::copy_if(notes.begin(), notes.end(), std::back_inserter(found),
               [&](const PictureNote& note) { return note.kind == kind; });
  return found;
}

std::string names_text(std::span<const std::string> names, std::size_t max_named) {
  std::string text;
  const std::size_t named = std::min(names.size(), max_named);
  for (std::size_t i = 0; i < named; ++i) text += (i == 0 ? "" : ", ") + printable(names[i]);
  if (named < names.size()) text += fmt::format(", and {} more", group_digits(names.size() - named));
  return text;
}

std::string notes_text(std::span<const PictureNote> notes, std::size_t max_named) {
  std::vector<std::string> sentences;
  for (const PictureNote& note : notes) {
    const bool is_warning = note.kind == PictureNoteKind::warning;
    sentences.push_back(
        fmt::format("{}{}{}{}", note.path, is_warning ? " (" : " ", note.sentence, is_warning ? ")" : ""));
  }
  return names_text(sentences, max_named);
}

ImageList without_left_out(const ImageList& list, std::span<const PictureNote> notes) {
  ImageList left_out;
  for (const PictureNote& note : select_notes(notes, PictureNoteKind::left_out))
    left_out.paths.push_back(note.path);
  return without_paths_of_test(list, left_out);
}

std::filesystem::path notes_file(const std::filesystem::path& cache) { return cache.string() + ".notes.txt"; }

std::string write_notes(std::span<const PictureNote> notes) {
  std::string text;
  for (const PictureNote& note : notes) {
    text += note.kind == PictureNoteKind::warning ? warning_word : left_out_word;
    text += fmt::format("\t{}\t{}\n", note.sentence, note.path);
  }
  return text;
}

std::vector<PictureNote> parse_notes(std::string_view text) {
  std::vector<PictureNote> notes;
  while (!text.empty()) {
    std::string_view line = cut_at(text, '\n');
    const std::string_view kind = cut_at(line, '\t'), sentence = cut_at(line, '\t');
    if (line.empty() || (kind != warning_word && kind != left_out_word)) continue;
    notes.push_back({kind == warning_word ? PictureNoteKind::warning : PictureNoteKind::left_out, std::string(line),
                     std::string(sentence)});
  }
  return notes;
}

namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_named = 20;

std::string listed(std::span<const PictureList> parts) {
  std::int64_t count = 0;
  for (const PictureList& part : parts) count += part.list.count();
  return group_digits(count);
}

/// What is empty without the unreadable pictures, for example "none of the 4 pictures of test"; "" if nothing is.
/// Of train, each class must keep a picture.
std::string emptied(const PictureList& part, const std::vector<PictureNote>& unreadable) {
  const ImageList kept = without_left_out(part.list, unreadable);
  if (kept.count() == 0)
    return fmt::format("none of the {} pictures of {}", group_digits(part.list.count()), part.name);
  if (part.name != "train") return "";
  const std::set<std::int32_t> left(kept.labels.begin(), kept.labels.end());
  for (const std::int32_t label : part.list.labels) {
    if (!left.contains(label)) return fmt::format("none of the training pictures of class {}", label);
  }
  return "";
}

std::string emptied(std::span<const PictureList> parts, const std::vector<PictureNote>& unreadable) {
  for (const PictureList& part : parts) {
    if (std::string what = emptied(part, unreadable); !what.empty()) return what;
  }
  return "";
}

}  // namespace

void check_pictures(std::span<const PictureList> parts, const fs::path& folder, const PictureFaults& faults,
                    const PictureReading& how) {
  const auto sentence = [&](const std::vector<PictureNote>& notes, const char* what, const std::string& advice) {
    return fmt::format("{}: {} of {} listed pictures {}: {}; {}", folder.string(), group_digits(notes.size()),
                       listed(parts), what, notes_text(notes, max_named), advice);
  };
  if (!faults.failed.empty()) {
    throw io_error(sentence(faults.failed, "could not be read", "make them readable and run the command again"));
  }
  const char* unreadable = "are missing or damaged";
  const std::string empty = faults.unreadable.empty() ? "" : emptied(parts, faults.unreadable);
  if (!empty.empty()) {
    throw data_error(
        sentence(faults.unreadable, unreadable, empty + " can be read; docs/data.md says where they belong"));
  }
  if (!faults.unreadable.empty() && !how.skip_unreadable) {
    throw data_error(sentence(faults.unreadable, unreadable,
                              "docs/data.md says where they belong; data.skip_unreadable = true leaves them out"));
  }
  if (!how.strict || faults.warned.empty()) return;
  throw data_error(sentence(faults.warned, "give a warning of the decoder library, which data.strict refuses",
                            "write them again with another program, or set data.strict = false"));
}

}  // namespace m2m::data
