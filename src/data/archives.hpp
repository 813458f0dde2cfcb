#pragma once
// Compressed files and archives, unpacked in memory.
#include <map>
#include <string>
#include <string_view>

namespace m2m::data {

/// The content of a gzip file's bytes. In error sentences `name` is the file and `remedy` what to do.
/// Throws Error (bad_data) if they are damaged, cut short or followed by something else.
std::string gunzip(std::string_view bytes, const std::string& name, const std::string& remedy);

/// The regular files of a tar archive by the last part of their path; views into `archive`.
/// Throws Error (bad_data) if the archive is damaged or cut short.
std::map<std::string, std::string_view> tar_files(std::string_view archive, const std::string& name,
                                                  const std::string& remedy);

}  // namespace m2m::data
