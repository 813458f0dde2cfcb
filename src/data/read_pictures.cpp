#include "data/read_pictures.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>

#include "core/control_groups.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "core/text.hpp"
#include "data/picture.hpp"
#include "data/picture_cache.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {

int decode_threads() {
  constexpr int default_max = 16, max = 256;
  const char* variable = std::getenv("M2M_DECODERS");
  const std::string_view digits = variable == nullptr ? "" : variable;
  int asked = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), asked);
  return asked >= 1 ? std::min(asked, max) : std::clamp(usable_cores(), 1, default_max);
}

namespace fs = std::filesystem;
namespace {

/// Hash of the size and time of each file, in order; a missing file has none, and decoding reports it.
std::string files_sha256(const ImageList& list, const fs::path& folder, int threads) {
  std::vector<std::string> stamps(list.paths.size());
  parallel_for_each(list.count(), threads, [&](std::int64_t i) {
    struct stat found {};
    if (::stat((folder / list.paths[i]).c_str(), &found) != 0) return;
    stamps[i] = fmt::format("{} {}.{:09}", found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
  });
  Sha256 hash;
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    const std::string line = fmt::format("{} {}\n", list.paths[i], stamps[i]);
    hash.add(std::as_bytes(std::span(line)));
  }
  return hash.hex();
}

/// Converts [height, width, 3] to [3, height, width].
std::vector<std::uint8_t> to_planes(const Picture& picture) {
  const std::size_t area = picture.rgb.size() / 3;
  std::vector<std::uint8_t> planes(picture.rgb.size());
  for (std::size_t at = 0; at < area; ++at) {
    for (std::size_t channel = 0; channel < 3; ++channel)
      planes[channel * area + at] = picture.rgb[3 * at + channel];
  }
  return planes;
}

/// Throws Error (bad_data) if there is no file at the path, (input_output) if it cannot be examined for another
/// reason, which may pass.
void check_is_file(const fs::path& file) {
  std::error_code failed, ignored;
  const fs::file_status status = fs::status(file, failed);
  if (fs::is_regular_file(status)) return;
  if (fs::exists(status)) throw data_error("is not a file");
  if (status.type() != fs::file_type::not_found && failed != std::errc::too_many_symbolic_link_levels)
    throw io_error(fmt::format("{}: {}", file.string(), failed.message()));
  const bool is_link = fs::is_symlink(fs::symlink_status(file, ignored));
  throw data_error(is_link ? "is a link to a missing file" : "is missing");
}

/// Decodes one picture into the cache; returns the warning of the library.
std::string decode_into(const CacheWriter& cache, std::int64_t index, const fs::path& file, int size) {
  check_is_file(file);
  const Picture picture = decode_picture(read_file(file));
  cache.put(index, to_planes(resize_square(picture, size)).data());
  return picture.warning;
}

/// Notes collected while the pictures of a part are decoded, by index in the list. Thread-safe.
struct Found {
  std::mutex guard;
  std::vector<std::pair<std::int64_t, PictureNote>> notes;
  void add(std::int64_t index, PictureNote note) {
    const std::lock_guard lock(guard);
    notes.emplace_back(index, std::move(note));
  }
};

/// The result of decoding a part.
struct Decoded {
  std::vector<PictureNote> notes;      // in the order of the list
  std::vector<std::int64_t> left_out;  // indices of the pictures that the notes leave out
  std::vector<PictureNote> failed;     // not readable from disk
};

std::string sentence_of(const ItemFailure& failure) {
  try {
    std::rethrow_exception(failure.exception);
  } catch (const std::exception& error) {
    return error.what();
  }
}

Decoded decode_all(const CacheWriter& cache, const PictureList& part, const fs::path& folder,
                   const PictureReading& how) {
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t count = part.list.count();
  Found found;
  const auto decode = [&](std::int64_t i) {
    const std::string& path = part.list.paths[i];
    try {
      const std::string warning = decode_into(cache, i, folder / path, how.size);
      if (!warning.empty()) found.add(i, {PictureNoteKind::warning, path, warning});
    } catch (const Error& error) {
      if (error.code() != ExitCode::bad_data) throw;
      found.add(i, {PictureNoteKind::left_out, path, error.what()});
    }
  };
  const auto report = [&](std::int64_t done) {
    log_info(fmt::format("{}: {} of {} pictures decoded ({} %), {:.0f} a second", part.name, group_digits(done),
                         group_digits(count), 100 * done / count,
                         static_cast<double>(done) / seconds_since(start)));
  };
  Decoded decoded;
  for (const ItemFailure& failure : parallel_for_each(count, how.threads, decode, report))
    decoded.failed.push_back({PictureNoteKind::left_out, part.list.paths[failure.item], sentence_of(failure)});
  std::sort(found.notes.begin(), found.notes.end(),
            [](const auto& one, const auto& other) { return one.first < other.first; });
  for (auto& [index, note] : found.notes) {
    if (note.kind == PictureNoteKind::left_out) decoded.left_out.push_back(index);
    decoded.notes.push_back(std::move(note));
  }
  return decoded;
}

/// Writes the notes beside a cache that is about to be there, or removes those of one before.
void keep_notes(const fs::path& cache, const std::string& notes) {
  std::error_code ignored;
  if (notes.empty()) {
    fs::remove(notes_file(cache), ignored);
  } else {
    write_file(notes_file(cache), notes);
  }
}

void add_faults(const std::vector<PictureNote>& notes, PictureFaults& faults) {
  for (const PictureNote& note : notes)
    (note.kind == PictureNoteKind::warning ? faults.warned : faults.unreadable).push_back(note);
}

/// Decodes the pictures of `part` into `file`. Returns false if pictures are refused; `faults` then names them.
bool fill_cache(const fs::path& file, const PictureList& part, const fs::path& folder, const CacheKey& key,
                const PictureReading& how, PictureFaults& faults) {
  const CacheWriter cache(file, key);
  const Decoded decoded = decode_all(cache, part, folder, how);
  if (!decoded.failed.empty() || (!decoded.left_out.empty() && !how.skip_unreadable)) {
    faults.failed.insert(faults.failed.end(), decoded.failed.begin(), decoded.failed.end());
    add_faults(decoded.notes, faults);
    return false;
  }
  const std::string notes = write_notes(decoded.notes);
  keep_notes(part.cache, notes);
  cache.finish(decoded.left_out, notes);
  return true;
}

/// Makes the cache of `part`. Returns false if pictures are refused: there is no new cache then.
bool make_cache(const PictureList& part, const fs::path& folder, const CacheKey& key, const PictureReading& how,
                PictureFaults& faults) {
  log_info(
      fmt::format("{}: decoding {} pictures into {}", part.name, group_digits(key.count), part.cache.string()));
  PendingFile pending(part.cache);
  if (!fill_cache(pending.path(), part, folder, key, how, faults)) return false;
  pending.commit();
  return true;
}

/// Opens the cache, or makes it under its lock. Nothing if pictures are refused.
std::optional<CachedPixels> find_or_make(const PictureList& part, const fs::path& folder, const CacheKey& key,
                                         const PictureReading& how, PictureFaults& faults) {
  std::string reason;
  // First without the lock, because a valid cache may be in a read-only folder.
  if (auto cached = open_cache(part.cache, key, reason)) return cached;
  const CacheLock lock(part.cache.string() + ".lock");
  if (auto cached = open_cache(part.cache, key, reason)) return cached;  // made by the process that held the lock
  if (!reason.empty()) log_info(fmt::format("{} {}; making it again", part.cache.string(), reason));
  if (!make_cache(part, folder, key, how, faults)) return std::nullopt;
  auto made = open_cache(part.cache, key, reason);
  if (!made) throw io_error(fmt::format("{} {} just after it was written", part.cache.string(), reason));
  return made;
}

std::optional<CachedPixels> cached_pixels(const PictureList& part, const fs::path& folder, const CacheKey& key,
                                          const PictureReading& how, PictureFaults& faults) {
  try {
    auto cached = find_or_make(part, folder, key, how, faults);
    if (cached) add_faults(cached->notes, faults);
    return cached;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input_output) throw;
    throw io_error(
        fmt::format("decoded pictures cannot be cached ({}); set data.cache to a writable folder with "
                    "{} MB of free space",
                    error.what(), group_digits(key.count * key.picture_bytes() / 1'000'000 + 1)));
  }
}

DecodedList read_part(const PictureList& part, const PictureReading& how, CachedPixels cached) {
  const ImageList kept = without_left_out(part.list, cached.notes);
  return {{{3, how.size, how.size}, std::move(cached.pixels), kept.labels},
          sha256_hex(list_text(kept) + cached.sha256),
          std::move(cached.notes)};
}

}  // namespace

std::vector<DecodedList> read_pictures(std::span<const PictureList> parts, const fs::path& folder,
                                       const PictureReading& how) {
  PictureReading reading = how;
  if (reading.threads <= 0) reading.threads = decode_threads();
  std::vector<DecodedList> read;
  PictureFaults faults;
  for (const PictureList& part : parts) {
    const CacheKey key{part.list.count(), reading.size, sha256_hex(list_text(part.list)),
                       files_sha256(part.list, folder, reading.threads)};
    auto cached = cached_pixels(part, folder, key, reading, faults);
    if (cached) read.push_back(read_part(part, reading, std::move(*cached)));
  }
  check_pictures(parts, folder, faults, reading);
  return read;
}

}  // namespace m2m::data
