#include <fmt/format.h>
#include <zip.h>

#include <fstream>
#include <memory>
#include <string_view>

#include "core/error.hpp"
#include "data/npy.hpp"

namespace m2m::data {
namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;

/// numpy.save writes a single array under any name that it is given.
bool is_single_array(const std::filesystem::path& file) {
  constexpr std::string_view magic = "\x93NUMPY";
  std::string start(magic.size(), '\0');
  std::ifstream(file, std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == magic;
}

Archive open_archive(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    const bool is_there = std::filesystem::exists(file, ignored);
    throw data_error(fmt::format("{}: {}; name an .npz file with data.path", file.string(),
                                 is_there ? "this is no file" : "there is no such file"));
  }
  int code = 0;
  Archive archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (archive != nullptr) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (is_single_array(file)) {
    throw data_error(fmt::format(
        "{}: this is one array of numpy.save; put all arrays into one .npz with numpy.savez", file.string()));
  }
  throw data_error(
      fmt::format("{}: cannot be read as an .npz archive ({}): damaged? write it again with numpy.savez",
                  file.string(), reason));
}

/// Grows as bytes come: the size that a damaged archive names may be anything. The last read compares the checksum.
std::string content_of(zip_file_t* member, const std::string& name) {
  constexpr std::size_t chunk = std::size_t{1} << 20;
  std::string content;
  while (true) {
    const std::size_t done = content.size();
    content.resize(done + chunk);
    const zip_int64_t got = zip_fread(member, content.data() + done, chunk);
    if (got < 0) throw data_error(fmt::format("{}: is damaged ({})", name, zip_file_strerror(member)));
    content.resize(done + static_cast<std::size_t>(got));
    if (got == 0) return content;
  }
}

}  // namespace

std::map<std::string, std::string> unzip(const std::filesystem::path& archive,
                                         const std::vector<std::string>& names) {
  const Archive opened = open_archive(archive);
  std::map<std::string, std::string> files;
  for (const std::string& name : names) {
    const zip_int64_t index = zip_name_locate(opened.get(), name.c_str(), ZIP_FL_ENC_RAW);
    if (index < 0) continue;
    const std::string full_name = fmt::format("{}: {}", archive.string(), name);
    const Member member(zip_fopen_index(opened.get(), static_cast<zip_uint64_t>(index), 0));
    if (member == nullptr)
      throw data_error(fmt::format("{}: cannot be unpacked ({})", full_name, zip_strerror(opened.get())));
    files[name] = content_of(member.get(), full_name);
  }
  return files;
}

std::vector<std::string> zip_names(const std::filesystem::path& archive) {
  const Archive opened = open_archive(archive);
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(opened.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(opened.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

}  // namespace m2m::data
