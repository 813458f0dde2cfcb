#pragma once
// CIFAR-10 and CIFAR-100 in the binary layout their authors publish: records of label bytes and 3x32x32 pixels.
//
// Krizhevsky: "Learning multiple layers of features from tiny images", 2009.
#include <filesystem>
#include <string>
#include <vector>

#include "data/data_set.hpp"

namespace m2m::data {

struct CifarFile {
  std::string name;
  std::int64_t records;
};

/// What distinguishes one CIFAR from the other.
struct CifarLayout {
  std::string name, title;      // "cifar10", "CIFAR-10"
  std::string folder, archive;  // below the data root; a whole folder goes first
  int classes = 0;
  int label_bytes = 1;  // a record's last label byte is its label: the fine one in CIFAR-100
  std::vector<CifarFile> train, test;
  std::vector<double> mean, std;
  std::int64_t default_largest = 0;
  std::string archive_md5;       // as published
  std::string published_sha256;  // of the published files' bytes in reading order, where that is known
  std::string inexact_sha256;    // of a copy that is known not to be exact ...
  std::string inexact_notice;    // ... and what is wrong with it
};

CifarLayout cifar10_layout();
CifarLayout cifar100_layout();

/// Reads the files from root/folder if all are there in their sizes, else from root/archive; the notice says if the
/// folder was passed over. Local.
///
/// `published` is true where one of these holds, each of which only the published bytes can fulfil:
/// their SHA-256 is `published_sha256`; the archive's MD5 is `archive_md5`; or the folder has a file
/// `.md5-checked`, in which datasets/fetch_cifar.sh, having checked the archive's MD5, left the SHA-256 of each
/// unpacked file as `sha256sum` prints them, and every file still agrees with it. Otherwise the notice says that it
/// is not confirmed. Throws Error (bad_data): nothing there, a file missing, of another size or damaged, a label
/// out of range.
DataSet read_cifar(const CifarLayout& layout, const std::filesystem::path& root);

}  // namespace m2m::data
