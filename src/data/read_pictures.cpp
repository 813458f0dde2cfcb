#include "data/read_pictures.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/stopwatch.hpp"
#include "data/picture.hpp"
#include "data/picture_cache.hpp"
#include "data/wording.hpp"
#include "data/workers.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

/// Complaints about pictures of all parts.
struct Faults {
  std::vector<std::string> sentences;
  std::int64_t pictures = 0;  // looked at
};

/// Size and time of each file, in order; what cannot be found has none, and decoding it says so.
std::string files_sha256(const ImageList& list, const fs::path& folder, int threads) {
  std::vector<std::string> stamps(list.paths.size());
  do_all(list.count(), threads, [&](std::int64_t i) {
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

/// [height, width, 3] -> [3, height, width]
std::vector<std::uint8_t> planes_of(const Picture& picture) {
  const std::size_t area = picture.rgb.size() / 3;
  std::vector<std::uint8_t> planes(picture.rgb.size());
  for (std::size_t at = 0; at < area; ++at) {
    for (std::size_t channel = 0; channel < 3; ++channel)
      planes[channel * area + at] = picture.rgb[3 * at + channel];
  }
  return planes;
}

std::vector<std::uint8_t> read_picture(const fs::path& file, int size) {
  if (!fs::is_regular_file(file)) throw data_error("is missing");
  return planes_of(resize_square(decode_picture(read_file(file)), size));
}

void decode_into(const CacheWriter& cache, const PicturePart& part, const fs::path& folder, int size, int threads,
                 Faults& faults) {
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t count = part.list.count();
  const auto decode = [&](std::int64_t i) {
    const std::vector<std::uint8_t> picture = read_picture(folder / part.list.paths[i], size);
    cache.put(i, picture.data());
  };
  const auto report = [&](std::int64_t done) {
    log_info(fmt::format("{}: {} of {} pictures decoded ({} %), {:.0f} a second", part.name, grouped(done),
                         grouped(count), 100 * done / count, static_cast<double>(done) / seconds_since(start)));
  };
  for (const DecodeFailure& failure : do_all(count, threads, decode, report))
    faults.sentences.push_back(fmt::format("{} {}", part.list.paths[failure.item], failure.sentence));
  faults.pictures += count;
}

/// Ends the writing of a cache without leaving a file.
struct Unfinished {};

/// False where pictures are at fault; there is no new cache then.
bool make_cache(const PicturePart& part, const fs::path& folder, const CacheKey& key, int threads, Faults& faults) {
  log_info(fmt::format("{}: decoding {} pictures into {}", part.name, grouped(key.count), part.cache.string()));
  try {
    replace_file(part.cache, [&](const fs::path& partial) {
      const CacheWriter cache(partial, key);
      const std::size_t before = faults.sentences.size();
      decode_into(cache, part, folder, key.size, threads, faults);
      if (faults.sentences.size() > before) throw Unfinished{};
      cache.finish();
    });
    return true;
  } catch (const Unfinished&) {
    return false;
  }
}

/// Nothing where pictures are at fault.
std::optional<CachedPixels> find_or_make(const PicturePart& part, const fs::path& folder, const CacheKey& key,
                                         int threads, Faults& faults) {
  std::string reason;
  // First without the lock: a valid cache is read from a folder that may not be written to.
  if (auto cached = open_cache(part.cache, key, reason)) return cached;
  const CacheLock lock(part.cache.string() + ".lock");
  if (auto cached = open_cache(part.cache, key, reason)) return cached;  // whoever held the lock made it
  if (!reason.empty()) log_info(fmt::format("{} {}: it is made anew", part.cache.string(), reason));
  if (!make_cache(part, folder, key, threads, faults)) return std::nullopt;
  auto made = open_cache(part.cache, key, reason);
  if (!made) throw io_error(fmt::format("{} {} just after it was written", part.cache.string(), reason));
  return made;
}

std::optional<CachedPixels> cached_pixels(const PicturePart& part, const fs::path& folder, const CacheKey& key,
                                          int threads, Faults& faults) {
  try {
    return find_or_make(part, folder, key, threads, faults);
  } catch (const Error& error) {
    if (error.code() != ExitCode::input_output) throw;
    throw io_error(
        fmt::format("decoded pictures cannot be kept ({}): set data.cache to a folder that can be written to, with "
                    "room for {} MB",
                    error.what(), grouped(key.count * key.picture_bytes() / 1'000'000 + 1)));
  }
}

/// One sentence for all that is wrong.
void check(const Faults& faults, const fs::path& folder) {
  constexpr std::size_t most_named = 20;
  if (faults.sentences.empty()) return;
  const std::size_t named = std::min(faults.sentences.size(), most_named);
  std::string names;
  for (std::size_t i = 0; i < named; ++i) names += (i == 0 ? "" : ", ") + faults.sentences[i];
  if (named < faults.sentences.size())
    names += fmt::format(", and {} more", grouped(faults.sentences.size() - named));
  throw data_error(
      fmt::format("{}: {} of {} listed pictures are missing or damaged: {}; docs/data.md says where "
                  "they belong",
                  folder.string(), grouped(faults.sentences.size()), grouped(faults.pictures), names));
}

}  // namespace

std::vector<ReadPart> read_pictures(std::span<const PicturePart> parts, const fs::path& folder, int size,
                                    int threads) {
  if (threads <= 0) threads = decoder_count();
  std::vector<ReadPart> read;
  Faults faults;
  for (const PicturePart& part : parts) {
    const std::string text = list_text(part.list);
    const CacheKey key{part.list.count(), size, sha256_hex(text), files_sha256(part.list, folder, threads)};
    const auto cached = cached_pixels(part, folder, key, threads, faults);
    if (!cached) continue;
    read.push_back({{{3, size, size}, cached->pixels, part.list.labels}, sha256_hex(text + cached->sha256)});
  }
  check(faults, folder);
  return read;
}

}  // namespace m2m
