#pragma once
// Unpacks gzip files, tar archives and zip archives (.npz) in memory.
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

/// Unpacks the bytes of a gzip file. Errors name the file `name` and end with `remedy`. Pure.
/// Throws Error (bad_data) if the bytes are damaged, cut short or followed by other bytes.
std::string gunzip(std::string_view bytes, const std::string& name, const std::string& remedy);

/// Regular files of a tar archive, keyed by the last part of their path; the values are views into `archive`. Pure.
/// Throws Error (bad_data) if the archive is damaged or cut short.
std::map<std::string, std::string_view> tar_files(std::string_view archive, const std::string& name,
                                                  const std::string& remedy);

/// Unpacks the named files of a zip archive and verifies their checksums; absent files are left out. Local.
/// Throws Error (bad_data), naming `archive`, if it is missing, not an archive, or damaged.
std::map<std::string, std::string> unzip(const std::filesystem::path& archive,
                                         const std::vector<std::string>& names);

/// Names of all files of a zip archive, in its order. Local.
/// Throws Error (bad_data), naming `archive`, if it is missing or not an archive.
std::vector<std::string> zip_names(const std::filesystem::path& archive);

}  // namespace m2m::data
