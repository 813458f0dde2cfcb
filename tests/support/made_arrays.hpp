#pragma once
// Makes arrays for tests in NumPy's formats.
#include <fmt/format.h>
#include <zip.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace m2m::testing {

/// Makes an .npy file with this dictionary as its header. version: of the format.
inline std::string npy_with_header(const std::string& dictionary, const std::string& bytes, int version = 1) {
  const std::string text = dictionary + "\n";
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  const int length_size = version == 1 ? 2 : 4;
  for (int i = 0; i < length_size; ++i) file += static_cast<char>(text.size() >> (8 * i) & 255);
  return file + text + bytes;
}

/// The bytes of the values, as in memory.
template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Makes an .npy file. shape: as Python writes it, "(2, 3)".
template <typename T>
std::string make_npy(const char* descr, const std::string& shape, const std::vector<T>& values, int version = 1) {
  return npy_with_header(fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr, shape),
                         bytes_of(values), version);
}

/// Writes an .npz. files: content by name in the archive, "x_train.npy".
inline void write_npz(const std::filesystem::path& path, const std::map<std::string, std::string>& files,
                      zip_int32_t compression = ZIP_CM_DEFLATE) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, content] : files) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), compression, 0);
  }
  zip_close(archive);
}

}  // namespace m2m::testing
