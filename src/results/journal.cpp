#include "results/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/files.hpp"
#include "core/foreign_files.hpp"
#include "results/checksum.hpp"
#include "results/record.hpp"

namespace m2m::results {
namespace {

/// {"classes": 10, "chosen": [[k0, k, count], ...], ...}
Json generation_to_json(const GenerationCounts& generation) {
  Json json = {{"classes", generation.classes}};
  for (int o = 0; o < outcome_count; ++o) {
    Json cells = Json::array();
    for (const auto& [pair, counts] : generation.cells) {
      if (counts[o] != 0) cells.push_back({pair.first, pair.second, counts[o]});
    }
    json[outcome_names[o]] = std::move(cells);
  }
  return json;
}

constexpr std::int64_t max_count = std::int64_t{1} << 40;  // beyond any epoch, and sums do not overflow

GenerationCounts generation_from_json(const Json& json) {
  const int classes = whole_number<int>(json.at("classes"));
  if (classes < 1) throw std::out_of_range("an impossible number of classes");
  GenerationCounts generation(classes);
  for (int o = 0; o < outcome_count; ++o) {
    for (const Json& cell : json.at(outcome_names[o])) {
      const auto seed = whole_number<std::int64_t>(cell.at(0)), target = whole_number<std::int64_t>(cell.at(1)),
                 count = whole_number<std::int64_t>(cell.at(2));
      if (seed < 0 || seed >= classes || target < 0 || target >= classes) {
        throw std::out_of_range("a class beyond the last one");
      }
      if (count < 0 || count > max_count) throw std::out_of_range("an impossible count");
      generation.at(static_cast<Outcome>(o), static_cast<std::int32_t>(seed), static_cast<std::int32_t>(target)) =
          count;
    }
  }
  return generation;
}

}  // namespace

Json measures_to_json(const EpochRecord& epoch) {
  Json json = {{"epoch", epoch.epoch}};
  for (const EpochColumn& column : epoch_columns) json[column.name] = epoch.*column.value;
  return json;
}

Json epoch_to_json(const EpochRecord& epoch) {
  Json json = measures_to_json(epoch);
  if (epoch.generation.classes > 0) json["generation"] = generation_to_json(epoch.generation);
  return json;
}

EpochRecord epoch_from_json(const Json& json) {
  EpochRecord epoch;
  epoch.epoch = whole_number<int>(json.at("epoch"));
  for (const EpochColumn& column : epoch_columns) {
    const Json& value = json.at(column.name);
    epoch.*column.value = value.is_null() ? not_measured : value.get<double>();
  }
  if (json.contains("generation")) epoch.generation = generation_from_json(json.at("generation"));
  return epoch;
}

namespace fs = std::filesystem;
namespace {

/// The error of a failed call, with the reason of errno.
WriteError broken(const fs::path& file, const char* doing) {
  return write_error(file, fmt::format("cannot be {}", doing), errno);
}

/// Parses a line. Throws a JSON error or std::out_of_range if it is none, or not as it was written.
EpochRecord parse_line(std::string_view line) {
  const Json json = parse_json(line);
  if (const std::string fault = checksum_fault(json); !fault.empty()) throw std::out_of_range(fault);
  return epoch_from_json(json);
}

/// Writes all bytes: a single call may write only a part, or be interrupted by a signal.
void write_all(int handle, const std::string& bytes, const fs::path& file) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t taken = ::write(handle, bytes.data() + done, bytes.size() - done);
    if (taken < 0 && errno != EINTR) throw broken(file, "written");
    if (taken > 0) done += static_cast<std::size_t>(taken);
  }
}

}  // namespace

Journal::Journal(const fs::path& file) : file_(file) {
  make_folder(file.parent_path());
  open_ = FileDescriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!open_.is_open()) throw broken(file, "opened");
  const std::string text = read_file(file);
  const auto whole = text.empty() ? 0 : text.rfind('\n') + 1;  // rfind's npos + 1 is 0
  if (whole < text.size() && ::ftruncate(open_.number(), static_cast<off_t>(whole)) != 0)
    throw broken(file, "shortened");
}

void Journal::append(const EpochRecord& epoch) {
  write_all(open_.number(), with_checksum(epoch_to_json(epoch)).dump() + "\n", file_);
  if (::fsync(open_.number()) != 0) throw broken(file_, "synced to disk");
}

std::vector<EpochRecord> read_journal(const fs::path& file) {
  const std::string text = read_file(file);
  std::map<int, EpochRecord> by_epoch;
  std::size_t begin = 0;
  int line = 1;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin), ++line) {
    try {
      EpochRecord epoch = parse_line(std::string_view(text).substr(begin, end - begin));
      by_epoch[epoch.epoch] = std::move(epoch);
    } catch (const Json::exception& failed) {
      throw data_error(fmt::format("{}:{}: not a line of a journal: {}", file.string(), line, json_fault(failed)));
    } catch (const std::out_of_range& failed) {
      throw data_error(fmt::format("{}:{}: not a line of a journal: {}", file.string(), line, failed.what()));
    }
    begin = end + 1;
  }
  std::vector<EpochRecord> epochs;
  epochs.reserve(by_epoch.size());
  for (auto& [number, epoch] : by_epoch) epochs.push_back(std::move(epoch));
  return epochs;
}

std::optional<EpochRecord> read_last_epoch(const fs::path& file) {
  const std::string text = read_file(file);
  const auto end = text.rfind('\n');
  if (end == std::string::npos || end == 0) return std::nullopt;
  const auto begin = text.rfind('\n', end - 1) + 1;  // rfind's npos + 1 is 0
  try {
    return parse_line(std::string_view(text).substr(begin, end - begin));
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
}

}  // namespace m2m::results
