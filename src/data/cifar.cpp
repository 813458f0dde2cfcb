// Reads CIFAR-10 and CIFAR-100, from their folders or archives.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/archives.hpp"
#include "data/readers.hpp"
#include "data/split.hpp"
#include "data/text_file.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

constexpr ImageShape cifar_shape{3, 32, 32};

/// Files by name, from a folder or an archive.
struct SourceFiles {
  std::string location;  // for errors
  std::string remedy;    // what to do about a bad file
  std::string notice;    // why the folder was passed over; empty if it was not
  std::function<std::string_view(const std::string& name)> file;  // valid until the next call
  bool is_checked_archive = false;
  std::map<std::string, std::string> checked_sums;  // name -> SHA-256, from .md5-checked
  fs::path present_rows;                            // lists the present images; need not exist
};

std::string fetch_command(const CifarLayout& layout, const fs::path& root) {
  return fmt::format("run datasets/fetch_cifar.sh {} --dest '{}'", layout.name, root.string());
}

/// Advice to fetch the files again. fetch_cifar.sh keeps an existing folder, so a damaged one has to be deleted
/// first.
std::string fetch_remedy(const CifarLayout& layout, const fs::path& root) {
  const fs::path folder = root / layout.folder;
  const std::string first = fs::exists(folder) ? fmt::format("delete '{}' and ", folder.string()) : "";
  return first + fetch_command(layout, root);
}

Error missing(const SourceFiles& source, const std::string& name) {
  return data_error(fmt::format("{}: {} is missing: {}", source.location, name, source.remedy));
}

std::uintmax_t record_size(const CifarLayout& layout) {
  return static_cast<std::uintmax_t>(layout.label_bytes + cifar_shape.size());
}

/// The first file of the folder that is missing or of another size; "" if there is none.
std::string folder_fault(const CifarLayout& layout, const fs::path& folder) {
  for (const auto* files : {&layout.train, &layout.test}) {
    for (const CifarFile& file : *files) {
      std::error_code failed;
      const std::uintmax_t size = fs::file_size(folder / file.name, failed);
      if (failed && !exists_or_throw(folder / file.name)) return fmt::format("{} is missing", file.name);
      const std::uintmax_t expected = static_cast<std::uintmax_t>(file.records) * record_size(layout);
      if (size != expected)
        return fmt::format("{} has {} bytes, expected {}", file.name, group_digits(size), group_digits(expected));
    }
  }
  return "";
}

SourceFiles folder_source(const CifarLayout& layout, const fs::path& root) {
  const fs::path folder = root / layout.folder;
  SourceFiles source;
  source.location = folder.string();
  source.remedy = fetch_remedy(layout, root);
  source.checked_sums = read_checked_sums(folder);
  source.present_rows = folder / present_rows_file;
  source.file = [folder, bytes = std::string()](const std::string& name) mutable -> std::string_view {
    return bytes = read_file(folder / name);
  };
  return source;
}

SourceFiles archive_source(const CifarLayout& layout, const fs::path& root) {
  const fs::path archive = root / layout.archive;
  SourceFiles source;
  source.location = archive.string();
  source.remedy = fetch_remedy(layout, root);
  const std::string packed = read_file(archive);
  source.is_checked_archive = md5_hex(packed) == layout.archive_md5;
  const auto content = std::make_shared<const std::string>(gunzip(packed, source.location, source.remedy));
  const auto files = tar_files(*content, source.location, source.remedy);
  for (const auto* part : {&layout.train, &layout.test}) {
    for (const CifarFile& file : *part)
      if (!files.contains(file.name)) throw missing(source, file.name);
  }
  source.file = [content, files](const std::string& name) { return files.at(name); };
  return source;
}

/// Says that there are no files. If the user named the folder of the files itself, advises the folder above.
std::string missing_data_text(const CifarLayout& layout, const fs::path& root) {
  const fs::path named = (root / "").lexically_normal().parent_path();
  const std::string found = fmt::format("{}: contains no {}, neither {}/ nor {}", root.string(), layout.title,
                                        layout.folder, layout.archive);
  if (named.filename() == layout.folder && folder_fault(layout, root).empty())
    return fmt::format("{}: name the folder above it, data.root = '{}'", found,
                       (named / "..").lexically_normal().string());
  return fmt::format("{}: {}, or name another folder with data.root or M2M_DATA", found,
                     fetch_remedy(layout, root));
}

/// The folder if it is complete, else the archive, from which an incomplete folder may have been unpacked.
SourceFiles find_source(const CifarLayout& layout, const fs::path& root) {
  const fs::path folder = root / layout.folder;
  const bool has_folder = fs::is_directory(folder), has_archive = fs::is_regular_file(root / layout.archive);
  const std::string fault = has_folder ? folder_fault(layout, folder) : "";
  if (has_folder && fault.empty()) return folder_source(layout, root);
  if (has_archive) {
    SourceFiles source = archive_source(layout, root);
    if (has_folder)
      source.notice = fmt::format("{}/ is incomplete ({}), so {} is read", layout.folder, fault, layout.archive);
    return source;
  }
  if (!has_folder) throw data_error(missing_data_text(layout, root));
  throw data_error(fmt::format("{}: {}: {}", folder.string(), fault, fetch_remedy(layout, root)));
}

void append_records(const CifarLayout& layout, const SourceFiles& source, const CifarFile& file,
                    std::string_view bytes, std::vector<std::uint8_t>& pixels, std::vector<std::int32_t>& labels) {
  const std::size_t size = record_size(layout), expected = static_cast<std::size_t>(file.records) * size;
  if (bytes.size() != expected) {
    throw data_error(fmt::format("{}/{}: {} bytes, expected {} ({} records of {}): {}", source.location, file.name,
                                 group_digits(bytes.size()), group_digits(expected), group_digits(file.records),
                                 group_digits(size), source.remedy));
  }
  for (std::int64_t record = 0; record < file.records; ++record) {
    const std::string_view one = bytes.substr(record * size, size);
    const int label = static_cast<unsigned char>(one[layout.label_bytes - 1]);
    if (label >= layout.classes) {
      throw data_error(fmt::format("{}/{}: record {} of {} has label {}, expected 0 to {}; the file is damaged: {}",
                                   source.location, file.name, group_digits(record + 1), group_digits(file.records),
                                   label, layout.classes - 1, source.remedy));
    }
    labels.push_back(label);
    pixels.insert(pixels.end(), one.begin() + layout.label_bytes, one.end());
  }
}

/// Checksums of the files read so far.
struct ChecksumTrail {
  Sha256 content;         // of all files in reading order
  bool agrees_with_sums;  // so far every file has the sum that was stored when the archive was checked
};

Samples read_files(const CifarLayout& layout, SourceFiles& source, const std::vector<CifarFile>& files,
                   ChecksumTrail& trail) {
  Samples samples;
  samples.shape = cifar_shape;
  std::int64_t records = 0;
  for (const CifarFile& file : files) records += file.records;
  samples.labels.reserve(records);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(records * cifar_shape.size());
  for (const CifarFile& file : files) {
    const std::string_view bytes = source.file(file.name);
    append_records(layout, source, file, bytes, pixels, samples.labels);
    trail.content.add(std::as_bytes(std::span(bytes)));
    const auto sum = source.checked_sums.find(file.name);
    trail.agrees_with_sums &= sum != source.checked_sums.end() && sum->second == sha256_hex(bytes);
  }
  samples.pixels = std::move(pixels);
  return samples;
}

std::string content_notice(const CifarLayout& layout, const DataSet& data) {
  const std::vector<bool>& present = data.train.present;
  if (!present.empty()) {
    return fmt::format("this copy of {} holds {} of {} training images", layout.title,
                       group_digits(std::count(present.begin(), present.end(), true)),
                       group_digits(data.train.count()));
  }
  if (data.files_sha256 == layout.inexact_sha256) return layout.inexact_notice;
  return layout.title + " here is not confirmed as the published files";
}

}  // namespace

CifarLayout cifar10_layout() {
  CifarLayout layout;
  layout.name = "cifar10";
  layout.title = "CIFAR-10";
  layout.folder = "cifar-10-batches-bin";
  layout.archive = "cifar-10-binary.tar.gz";
  layout.classes = 10;
  for (int i = 1; i <= 5; ++i) layout.train.push_back({fmt::format("data_batch_{}.bin", i), 10'000});
  layout.test = {{"test_batch.bin", 10'000}};
  layout.mean = {.4914, .4822, .4465};
  layout.std = {.2023, .1994, .2010};
  layout.default_largest = 5000;
  layout.archive_md5 = "c32a1d4ab5d03f1284b67883e8d87530";
  layout.inexact_sha256 = "73adb368fe0e90585d32805b515f0c7bfdf1ddcfe901e97385fe2bcafcf8336f";
  layout.inexact_notice = "CIFAR-10 here is not the published one: 92 of its 60,000 images are re-encoded";
  return layout;
}

CifarLayout cifar100_layout() {
  CifarLayout layout;
  layout.name = "cifar100";
  layout.title = "CIFAR-100";
  layout.folder = "cifar-100-binary";
  layout.archive = "cifar-100-binary.tar.gz";
  layout.classes = 100;
  layout.label_bytes = 2;
  layout.train = {{"train.bin", 50'000}};
  layout.test = {{"test.bin", 10'000}};
  layout.mean = {.5071, .4867, .4408};
  layout.std = {.2675, .2565, .2761};
  layout.default_largest = 500;
  layout.archive_md5 = "03b5dce01913d631647c71ecec9e9cb8";
  layout.published_sha256 = "77e2de35489d148b4822768381106640981552dfaad79ff5f0adad1e0820b874";
  return layout;
}

DataSet read_cifar(const CifarLayout& layout, const fs::path& root) {
  SourceFiles source = find_source(layout, root);
  ChecksumTrail trail{{}, !source.checked_sums.empty()};
  DataSet data;
  data.name = layout.name;
  data.classes = layout.classes;
  data.train = read_files(layout, source, layout.train, trail);
  data.test = read_files(layout, source, layout.test, trail);
  data.train.present = read_present_rows(source.present_rows, data.train.count(), trail.content);
  data.mean = layout.mean;
  data.std = layout.std;
  data.augmentation = {4, true};
  data.default_largest = layout.default_largest;
  data.files_sha256 = trail.content.hex();
  data.published =
      source.is_checked_archive || trail.agrees_with_sums || data.files_sha256 == layout.published_sha256;
  if (!data.published) data.notice = content_notice(layout, data);
  if (!source.notice.empty()) data.notice += (data.notice.empty() ? "" : "; ") + source.notice;
  return data;
}

}  // namespace m2m::data
