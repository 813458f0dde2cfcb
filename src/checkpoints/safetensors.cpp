#include "checkpoints/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/files.hpp"
#include "core/write_error.hpp"
#include "checkpoints/safetensors_header.hpp"

namespace m2m::checkpoints {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian, and so is this code");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t largest_header = 16 << 20;  // ResNet-50 needs 40 kB

torch::Tensor read_tensor(const SafetensorsEntry& entry, std::string_view data, const std::string& origin) {
  const std::string_view bytes = data.substr(entry.begin, entry.end - entry.begin);
  if (entry.type == torch::kBool && std::any_of(bytes.begin(), bytes.end(), [](char byte) { return byte & ~1; })) {
    throw data_error(fmt::format("{}: damaged or incomplete file: tensor '{}' holds a BOOL that is neither 0 nor 1",
                                 origin, entry.name));
  }
  torch::Tensor tensor = torch::empty(entry.shape, entry.type);
  if (!bytes.empty()) std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

struct NamedTensor {
  std::string name;
  torch::Tensor tensor;  // contiguous, on the CPU
};

std::vector<NamedTensor> in_file_order(const TensorFile& file) {
  std::vector<NamedTensor> ordered;
  for (const auto& [name, tensor] : file.tensors) {
    if (safetensors_type_name(tensor.scalar_type()).empty() || name == "__metadata__") {
      throw internal_error(
          fmt::format("safetensors cannot hold a {} tensor named '{}'", toString(tensor.scalar_type()), name));
    }
    ordered.push_back({name, tensor.detach().to(torch::kCPU).contiguous()});
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const NamedTensor& a, const NamedTensor& b) {
    return a.tensor.element_size() > b.tensor.element_size();
  });
  return ordered;
}

/// The header with its length in front, padded with blanks to a multiple of 8 bytes.
std::string header_bytes(const std::vector<NamedTensor>& ordered,
                         const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const auto& [name, tensor] : ordered) {
    const std::uint64_t end = begin + tensor.nbytes();
    header[name] = {{"dtype", safetensors_type_name(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(length_bytes, '\0');
  std::memcpy(bytes.data(), &length, length_bytes);
  return bytes + text;
}

}  // namespace

bool is_safetensors(std::string_view bytes) { return bytes.size() > length_bytes && bytes[length_bytes] == '{'; }

TensorFile parse_safetensors(std::string_view bytes, const std::string& origin) {
  std::uint64_t length = 0;
  if (bytes.size() >= length_bytes) std::memcpy(&length, bytes.data(), length_bytes);
  if (bytes.size() < length_bytes || length > bytes.size() - length_bytes || length > largest_header) {
    throw data_error(fmt::format("{}: damaged or incomplete file: a header of {} bytes in a file of {}", origin,
                                 length, bytes.size()));
  }
  const std::string_view data = bytes.substr(length_bytes + length);
  SafetensorsHeader header = parse_safetensors_header(bytes.substr(length_bytes, length), data.size(), origin);
  TensorFile file{{}, std::move(header.metadata)};
  for (const SafetensorsEntry& entry : header.entries) {
    file.tensors.emplace(entry.name, read_tensor(entry, data, origin));
  }
  return file;
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  const std::vector<NamedTensor> ordered = in_file_order(file);
  const std::string header = header_bytes(ordered, file.metadata);
  replace_file(path, [&](const std::filesystem::path& partial) {
    std::ofstream stream(partial, std::ios::binary);
    stream.write(header.data(), static_cast<std::streamsize>(header.size()));
    for (const auto& [name, tensor] : ordered) {
      stream.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    }
    stream.close();
    if (!stream) throw write_error(path, "cannot be written", errno);
  });
}

}  // namespace m2m::checkpoints
