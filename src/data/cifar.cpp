#include "data/cifar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <sstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "data/gzip.hpp"
#include "data/wording.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

constexpr ImageShape cifar_shape{3, 32, 32};

/// Files by name, wherever they come from.
struct Origin {
  std::string where;                                              // for error sentences
  std::function<std::string_view(const std::string& name)> file;  // valid until the next call
  bool is_checked_archive = false;
  std::map<std::string, std::string> checked_sums;  // name -> SHA-256, from .md5-checked
};

Error missing(const std::string& where, const std::string& name) {
  return data_error(
      fmt::format("{}: {} is missing: incomplete download? run datasets/fetch_cifar.sh", where, name));
}

std::map<std::string, std::string> sums_of_checked_files(const fs::path& marker) {
  std::map<std::string, std::string> sums;
  if (!fs::exists(marker)) return sums;
  std::istringstream lines(read_file(marker));
  for (std::string sum, name; lines >> sum >> name;) sums[name] = sum;
  return sums;
}

Origin folder_origin(const fs::path& folder) {
  Origin origin;
  origin.where = folder.string();
  origin.checked_sums = sums_of_checked_files(folder / ".md5-checked");
  origin.file = [folder, bytes = std::string()](const std::string& name) mutable -> std::string_view {
    if (!fs::is_regular_file(folder / name)) throw missing(folder.string(), name);
    return bytes = read_file(folder / name);
  };
  return origin;
}

Origin archive_origin(const fs::path& archive, const std::string& md5) {
  std::string packed = read_file(archive);
  const bool is_published = md5_hex(packed) == md5;
  const auto content = std::make_shared<const std::string>(gunzip(packed, archive.string()));
  Origin origin;
  origin.where = archive.string();
  origin.is_checked_archive = is_published;
  origin.file = [content, files = tar_files(*content, archive.string()), archive](const std::string& name) {
    if (!files.contains(name)) throw missing(archive.string(), name);
    return files.at(name);
  };
  return origin;
}

Origin find_origin(const CifarLayout& layout, const fs::path& root) {
  if (fs::is_directory(root / layout.folder)) return folder_origin(root / layout.folder);
  if (fs::is_regular_file(root / layout.archive)) return archive_origin(root / layout.archive, layout.archive_md5);
  throw data_error(
      fmt::format("{}: holds no {}, neither {}/ nor {}: run datasets/fetch_cifar.sh, or name another folder with "
                  "data.root or M2M_DATA",
                  root.string(), layout.title, layout.folder, layout.archive));
}

void append_records(const CifarLayout& layout, const std::string& path, std::string_view bytes,
                    std::int64_t records, std::vector<std::uint8_t>& pixels, std::vector<std::int32_t>& labels) {
  const std::size_t record_size = static_cast<std::size_t>(layout.label_bytes + cifar_shape.size());
  if (bytes.size() != records * record_size) {
    throw data_error(fmt::format(
        "{}: {} bytes, expected {} ({} records of {}): incomplete download? run "
        "datasets/fetch_cifar.sh",
        path, grouped(bytes.size()), grouped(records * record_size), grouped(records), grouped(record_size)));
  }
  for (std::int64_t record = 0; record < records; ++record) {
    const std::string_view one = bytes.substr(record * record_size, record_size);
    const int label = static_cast<unsigned char>(one[layout.label_bytes - 1]);
    if (label >= layout.classes) {
      throw data_error(
          fmt::format("{}: record {} of {} has label {}, expected 0 to {}: damaged? run "
                      "datasets/fetch_cifar.sh",
                      path, grouped(record + 1), grouped(records), label, layout.classes - 1));
    }
    labels.push_back(label);
    pixels.insert(pixels.end(), one.begin() + layout.label_bytes, one.end());
  }
}

struct Evidence {
  Sha256 content;         // of all files in reading order
  bool agrees_with_sums;  // every file so far is the one whose sum was kept when the archive was checked
};

Images read_files(const CifarLayout& layout, Origin& origin, const std::vector<CifarFile>& files,
                  Evidence& evidence) {
  Images images;
  images.shape = cifar_shape;
  std::int64_t records = 0;
  for (const CifarFile& file : files) records += file.records;
  images.labels.reserve(records);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(records * cifar_shape.size());
  for (const CifarFile& file : files) {
    const std::string_view bytes = origin.file(file.name);
    append_records(layout, fmt::format("{}/{}", origin.where, file.name), bytes, file.records, pixels,
                   images.labels);
    evidence.content.add(std::as_bytes(std::span(bytes)));
    const auto sum = origin.checked_sums.find(file.name);
    evidence.agrees_with_sums &= sum != origin.checked_sums.end() && sum->second == sha256_hex(bytes);
  }
  images.pixels = std::move(pixels);
  return images;
}

std::string notice_of(const CifarLayout& layout, const std::string& sha256) {
  if (sha256 == layout.inexact_sha256) return layout.inexact_notice;
  return layout.title + " here could not be confirmed as the published files";
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
  Origin origin = find_origin(layout, root);
  Evidence evidence{{}, !origin.checked_sums.empty()};
  DataSet data;
  data.name = layout.name;
  data.classes = layout.classes;
  data.train = read_files(layout, origin, layout.train, evidence);
  data.test = read_files(layout, origin, layout.test, evidence);
  data.mean = layout.mean;
  data.std = layout.std;
  data.augmentation = {4, true};
  data.default_largest = layout.default_largest;
  data.files_sha256 = evidence.content.hex();
  data.published =
      origin.is_checked_archive || evidence.agrees_with_sums || data.files_sha256 == layout.published_sha256;
  if (!data.published) data.notice = notice_of(layout, data.files_sha256);
  return data;
}

}  // namespace m2m
