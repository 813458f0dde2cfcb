#pragma once
// Synthetic data for tests: folders, archives, small data sets, settings.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "core/error.hpp"
#include "core/files.hpp"
#include "data/data_set.hpp"
#include "data/readers.hpp"
#include "settings/data_settings.hpp"
#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::testing {

inline std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// One member of a tar archive: header and content, filled up to whole blocks.
inline std::string tar_member(const std::string& path, const std::string& content, char type = '0') {
  std::string header(512, '\0');
  path.copy(header.data(), 99);
  std::snprintf(header.data() + 100, 8, "%07o", 0644U);
  std::snprintf(header.data() + 124, 12, "%011zo", content.size());
  header[156] = type;
  std::string("ustar").copy(header.data() + 257, 6);
  std::fill_n(header.data() + 148, 8, ' ');
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  std::snprintf(header.data() + 148, 8, "%06o", sum);
  return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

inline std::string tar_of(const std::map<std::string, std::string>& files) {
  std::string archive = tar_member("cifar/", "", '5');
  for (const auto& [name, content] : files) archive += tar_member("cifar/" + name, content);
  return archive + std::string(1024, '\0');
}

/// Like CIFAR-100 but tiny: two label bytes, three classes, two training files.
inline data::CifarLayout tiny_layout() {
  data::CifarLayout layout;
  layout.name = "tiny";
  layout.title = "Tiny";
  layout.folder = "tiny-bin";
  layout.archive = "tiny.tar.gz";
  layout.classes = 3;
  layout.label_bytes = 2;
  layout.train = {{"a.bin", 4}, {"b.bin", 3}};
  layout.test = {{"test.bin", 3}};
  layout.default_largest = 2;
  return layout;
}

/// Records whose fine labels go round; coarse labels are 99, which nobody may read as a label.
inline std::string records(int count, int first) {
  std::string bytes;
  for (int record = first; record < first + count; ++record) {
    bytes += static_cast<char>(99);
    bytes += static_cast<char>(record % 3);
    for (int i = 0; i < 3072; ++i) bytes += static_cast<char>(record * 31 + i * 7);
  }
  return bytes;
}

inline std::map<std::string, std::string> tiny_files() {
  return {{"a.bin", records(4, 0)}, {"b.bin", records(3, 4)}, {"test.bin", records(3, 7)}};
}

inline void write_tiny(const TemporaryFolder& folder) {
  for (const auto& [name, content] : tiny_files()) write_file(folder.path() / "tiny-bin" / name, content);
}

/// Images of one pixel with these labels.
inline data::Samples labelled(std::vector<std::int32_t> labels) {
  std::vector<std::uint8_t> pixels(labels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  return {{1, 1, 1}, std::move(pixels), std::move(labels)};
}

/// `per_class` images of each class, classes in turn.
inline data::Samples in_turn(int classes, int per_class) {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < classes * per_class; ++i) labels.push_back(i % classes);
  return labelled(std::move(labels));
}

inline data::DataSet synthetic_set(int classes, data::Samples train, data::Samples test, std::int64_t largest) {
  data::DataSet data;
  data.name = "made-up";
  data.classes = classes;
  data.train = std::move(train);
  data.test = std::move(test);
  data.default_largest = largest;
  return data;
}

/// The data settings with these changes.
inline settings::DataSettings data_settings(Json changes = Json::object()) {
  return settings::read<settings::DataSettings>(
      settings::with_data_set(settings::with_defaults(Config(std::move(changes)), settings::all_settings())));
}

}  // namespace m2m::testing
