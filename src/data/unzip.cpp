#include <fmt/format.h>
#include <zip.h>

#include <memory>

#include "core/error.hpp"
#include "data/npy.hpp"

namespace m2m {
namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;

Archive open_archive(const std::filesystem::path& file) {
  int code = 0;
  Archive archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (archive != nullptr) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw data_error(fmt::format("{}: cannot be read as a zip archive ({})", file.string(), reason));
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

}  // namespace m2m
