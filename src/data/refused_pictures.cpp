#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/read_pictures.hpp"

namespace m2m::data {
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
