#include "data/archives.hpp"

#include <fmt/format.h>
#include <zip.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <memory>
#include <numeric>
#include <string_view>

#include "core/error.hpp"

namespace m2m::data {
namespace {

constexpr std::size_t min_chunk = std::size_t{1} << 12,
                      max_chunk = std::size_t{1} << 22;  // bytes unpacked at a time
constexpr std::size_t block = 512;                       // bytes, of a tar archive

class Inflater {
 public:
  Inflater() {
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw internal_error("zlib could not be started");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream* operator->() { return &stream_; }
  int step() { return inflate(&stream_, Z_NO_FLUSH); }

 private:
  z_stream stream_{};
};

/// Gives zlib the next piece of input if the last one is used up; its counters are 32 bits wide.
void feed(Inflater& inflater, std::string_view& rest) {
  if (inflater->avail_in > 0) return;
  const std::size_t size = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
  inflater->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));  // zlib's interface predates const
  inflater->avail_in = static_cast<uInt>(size);
  rest.remove_prefix(size);
}

/// Parses a number of a header: octal digits ended by a space or zero. The largest size_t if there are none.
std::size_t octal(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  std::size_t value = std::numeric_limits<std::size_t>::max();
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  return value;
}

/// True if the checksum of the header is right: the sum of its bytes, with the checksum's own field counted as
/// spaces.
bool is_tar_header(std::string_view header) {
  const auto add = [](std::size_t sum, char byte) { return sum + static_cast<unsigned char>(byte); };
  const std::string_view before = header.substr(0, 148), after = header.substr(156);
  const std::size_t sum = std::accumulate(before.begin(), before.end(), std::size_t{8 * ' '}, add);
  return octal(header.substr(148, 8)) == std::accumulate(after.begin(), after.end(), sum, add);
}

}  // namespace

std::string gunzip(std::string_view bytes, const std::string& name, const std::string& remedy) {
  Inflater inflater;
  std::string content;
  int status = Z_OK;
  while (status == Z_OK) {
    feed(inflater, bytes);
    const std::size_t done = content.size(), chunk = std::clamp(done, min_chunk, max_chunk);
    content.resize(done + chunk);
    inflater->next_out = reinterpret_cast<Bytef*>(content.data() + done);
    inflater->avail_out = static_cast<uInt>(chunk);
    status = inflater.step();
    content.resize(content.size() - inflater->avail_out);
  }
  if (status == Z_BUF_ERROR) throw data_error(name + ": is cut short; incomplete download? " + remedy);
  if (status != Z_STREAM_END || inflater->avail_in > 0 || !bytes.empty()) {
    throw data_error(name + ": is damaged or not a gzip file: " + remedy);
  }
  return content;
}

std::map<std::string, std::string_view> tar_files(std::string_view archive, const std::string& name,
                                                  const std::string& remedy) {
  std::map<std::string, std::string_view> files;
  while (archive.size() >= block && archive[0] != '\0') {
    const std::string_view header = archive.substr(0, block);
    archive.remove_prefix(block);
    const std::size_t size = octal(header.substr(124, 12));
    if (!is_tar_header(header) || size > archive.size()) {
      throw data_error(name + ": the tar archive in it is damaged or cut short: " + remedy);
    }
    const std::string_view path = header.substr(0, std::min<std::size_t>(header.find('\0'), 100));
    const char type = header[156];
    if (type == '0' || type == '\0') files[std::string(path.substr(path.rfind('/') + 1))] = archive.substr(0, size);
    archive.remove_prefix(std::min((size + block - 1) / block * block, archive.size()));
  }
  return files;
}

namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;

/// True if the file is one array of numpy.save, which writes it under any name.
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
                                 is_there ? "is not a file" : "does not exist"));
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
        "{}: is a single array of numpy.save; write all arrays into one .npz with numpy.savez", file.string()));
  }
  throw data_error(fmt::format("{}: is not a readable .npz archive ({}); write it again with numpy.savez",
                               file.string(), reason));
}

/// Unpacks a member. Grows with the bytes that come, because a damaged archive may name any size. The last read
/// compares the checksum.
std::string read_member(zip_file_t* member, const std::string& name) {
  constexpr std::size_t member_chunk = std::size_t{1} << 20;  // bytes
  std::string content;
  while (true) {
    const std::size_t done = content.size();
    content.resize(done + member_chunk);
    const zip_int64_t got = zip_fread(member, content.data() + done, member_chunk);
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
    files[name] = read_member(member.get(), full_name);
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
