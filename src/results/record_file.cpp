#include "results/record_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/version.hpp"
#include "results/hdf5_data.hpp"
#include "results/record_group.hpp"

namespace m2m::results {
namespace fs = std::filesystem;
namespace {

std::string read_trial_id(const std::filesystem::path& file) {
  std::string id;
  read_schema_file(file, "trial", [&](hid_t root) { id = read_record_id(root); });
  return id;
}

void check_id(const std::filesystem::path& file, const std::string& wanted, const std::string& found) {
  if (found != wanted) throw data_error(fmt::format("{}: holds trial {}", file.string(), found));
}

}  // namespace

void write_trial(const std::filesystem::path& file, const TrialRecord& record) {
  write_schema_file(file, "trial", [&](hid_t root) { write_record(root, record); });
}

TrialRecord read_trial(const std::filesystem::path& file, RecordParts parts) {
  TrialRecord record;
  read_schema_file(file, "trial", [&](hid_t root) { record = read_record(root, parts); });
  return record;
}

TrialRecord read_trial_of(const std::filesystem::path& file, const std::string& id, RecordParts parts) {
  TrialRecord record = read_trial(file, parts);
  check_id(file, id, record.id);
  return record;
}

std::optional<Damage> damage_of_result(const std::filesystem::path& file, const std::string& id, Look look) {
  if (!exists_or_throw(file)) return std::nullopt;
  try {
    if (look == Look::thorough) {
      read_trial_of(file, id, RecordParts::metrics);
    } else {
      check_id(file, id, read_trial_id(file));
    }
    return std::nullopt;
  } catch (const OtherSchema&) {
    throw;
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    return Damage{file, file, error.what()};
  }
}

namespace {

constexpr std::array<char, 8> signature = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
constexpr const char* version_attribute = "schema_version";
constexpr const char* kind_text = "kind";

void check_signature(const fs::path& file) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status))  // reading a pipe might never end
    throw io_error(fmt::format("{}: {}, expected a file; move it away", file.string(),
                               fs::is_directory(status) ? "a folder" : "a device, pipe or socket"));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw io_error(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  std::array<char, signature.size()> start{};
  stream.read(start.data(), start.size());
  if (stream.gcount() != static_cast<std::streamsize>(start.size()) || start != signature) {
    throw data_error(fmt::format("{}: not an HDF5 file", file.string()));
  }
}

void check_schema(const fs::path& file, const std::string& kind, hid_t root) {
  if (!hdf5::has_attribute(root, version_attribute) || !hdf5::contains(root, kind_text)) {
    throw data_error(fmt::format("{}: an HDF5 file, but not a result of this program", file.string()));
  }
  const std::int64_t version = hdf5::read_integer_attribute(root, version_attribute);
  if (!is_readable_schema(version)) {
    throw OtherSchema(ExitCode::bad_data, fmt::format("{}: schema {}, this program reads 1 to {}", file.string(),
                                                      version, schema_version));
  }
  const std::string found = hdf5::read_text(root, kind_text);
  if (found != kind) {
    throw data_error(fmt::format("{}: holds '{}', expected '{}'", file.string(), found, kind));
  }
}

std::string damage(const fs::path& file, const std::string& what) {
  const char* word = what.find("truncated file") != std::string::npos ? "truncated" : "damaged";
  return fmt::format("{}: {} ({})", file.string(), word, what);
}

}  // namespace

void write_schema_file(const fs::path& file, const std::string& kind, const std::function<void(hid_t root)>& write,
                       const std::function<void(const fs::path& written)>& finish) {
  const auto lock = hdf5::library_lock();
  try {
    PendingFile pending(file);
    hdf5::Handle root = hdf5::create_file(pending.path());
    hdf5::write_attribute(root.get(), version_attribute, schema_version);
    hdf5::write_attribute(root.get(), "program_version", program_version());
    hdf5::write_text(root.get(), kind_text, kind);
    write(root.get());
    hdf5::checked(H5Fflush(root.get(), H5F_SCOPE_GLOBAL), "flushing the file");
    root.close("closing the file");
    if (finish) finish(pending.path());
    pending.commit();
  } catch (const hdf5::Hdf5Error& failed) {
    throw write_error(file, "cannot be written", failed.what());
  } catch (const fs::filesystem_error& failed) {
    throw write_error(file, "cannot be written", failed.code().message());
  } catch (const Json::exception& failed) {
    throw internal_error(fmt::format("{}: a setting cannot be written: {}", file.string(), failed.what()));
  }
}

void read_schema_file(const fs::path& file, const std::string& kind, const std::function<void(hid_t root)>& read) {
  check_signature(file);
  const auto lock = hdf5::library_lock();
  try {
    const hdf5::Handle root = hdf5::open_file(file);
    check_schema(file, kind, root.get());
    read(root.get());
  } catch (const hdf5::Hdf5Error& failed) {
    throw data_error(damage(file, failed.what()));
  } catch (const Json::exception& failed) {
    throw data_error(damage(file, failed.what()));
  } catch (const std::bad_alloc&) {
    throw data_error(damage(file, "its size exceeds the memory"));
  } catch (const std::length_error&) {
    throw data_error(damage(file, "its size exceeds the memory"));
  }
}

std::string hdf5_version() {
  const auto lock = hdf5::library_lock();
  hdf5::prepare_library();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  return H5get_libversion(&major, &minor, &release) < 0 ? "unknown"
                                                        : fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace m2m::results
