#include "checkpoints/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "core/files.hpp"

namespace m2m::checkpoints {
namespace {

using Json = nlohmann::json;

constexpr int max_depth = 3;  // the header, the object of a tensor, its shape
constexpr std::size_t max_axes = 16;
constexpr std::uint64_t max_bytes = std::uint64_t{1} << 40;

struct TypeName {
  const char* name;
  torch::ScalarType type;
};
constexpr TypeName type_names[] = {{"F64", torch::kFloat64}, {"F32", torch::kFloat32}, {"BF16", torch::kBFloat16},
                                   {"F16", torch::kFloat16}, {"I64", torch::kInt64},   {"I32", torch::kInt32},
                                   {"U8", torch::kUInt8},    {"BOOL", torch::kBool}};

/// Parser of JSON that nests no deeper than the format and has no name twice; throws Error (bad_data) otherwise.
class HeaderParser {
 public:
  explicit HeaderParser(std::string origin) : origin_(std::move(origin)) {}

  Json parse(std::string_view text) {
    try {
      return Json::parse(text, [this](int depth, Json::parse_event_t event, Json& parsed) {
        check(depth, event, parsed);
        return true;
      });
    } catch (const Json::exception&) {
      throw fault("its header is not JSON");
    }
  }

  Error fault(const std::string& what) const {
    return data_error(fmt::format("{}: damaged or incomplete file: {}", origin_, what));
  }

 private:
  void check(int depth, Json::parse_event_t event, const Json& parsed) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= max_depth) throw fault("its header nests too deep");
    if (event == Json::parse_event_t::object_start && depth == 1) inner_.clear();
    if (event != Json::parse_event_t::key) return;
    const auto& name = parsed.get_ref<const std::string&>();
    if (!(depth == 1 ? outer_ : inner_).insert(name).second) {
      throw fault(fmt::format("its header names '{}' twice", name));
    }
  }

  std::string origin_;
  std::set<std::string> outer_, inner_;
};

std::optional<torch::ScalarType> parse_type(const std::string& name) {
  for (const TypeName& row : type_names) {
    if (name == row.name) return row.type;
  }
  return std::nullopt;
}

bool is_list_of_sizes(const Json& value, std::size_t max) {
  return value.is_array() && value.size() <= max && std::all_of(value.begin(), value.end(), [](const Json& item) {
           return item.is_number_unsigned() && item.get<std::uint64_t>() <= std::uint64_t{1} << 62;
         });
}

SafetensorsEntry read_entry(const std::string& name, const Json& value, const HeaderParser& parser) {
  const bool complete = value.is_object() && value.size() == 3 && value.contains("dtype") &&
                        value.contains("shape") && value.contains("data_offsets") && value["dtype"].is_string() &&
                        is_list_of_sizes(value["shape"], max_axes) && is_list_of_sizes(value["data_offsets"], 2) &&
                        value["data_offsets"].size() == 2;
  if (!complete) throw parser.fault(fmt::format("tensor '{}' lacks a dtype, a shape or data_offsets", name));
  const auto type_name = value["dtype"].get<std::string>();
  const auto type = parse_type(type_name);
  if (!type) {
    throw parser.fault(fmt::format("tensor '{}' has dtype '{}', expected F64, F32, BF16, F16, I64, I32, U8 or BOOL",
                                   name, type_name));
  }
  return {name, *type, value["shape"].get<std::vector<std::int64_t>>(),
          value["data_offsets"][0].get<std::uint64_t>(), value["data_offsets"][1].get<std::uint64_t>()};
}

/// Bytes of a tensor; nothing if its sizes multiply to more than max_bytes, even if it is empty.
std::optional<std::uint64_t> bytes_needed(const SafetensorsEntry& entry) {
  std::uint64_t bytes = torch::elementSize(entry.type);
  for (const std::int64_t size : entry.shape) {
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    if (bytes > max_bytes / factor) return std::nullopt;
    bytes *= factor;
  }
  const bool empty = std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end();
  return empty ? 0 : bytes;
}

void check_layout(const std::vector<SafetensorsEntry>& entries, std::uint64_t data_bytes,
                  const HeaderParser& parser) {
  std::uint64_t expected = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.end > data_bytes || entry.begin > entry.end) {
      throw parser.fault(fmt::format("tensor '{}' is at bytes {} to {} of {} bytes of data", entry.name,
                                     entry.begin, entry.end, data_bytes));
    }
    if (entry.begin != expected) {
      throw parser.fault(
          fmt::format("tensor '{}' begins at byte {} of the data, expected {}: tensors overlap or leave "
                      "a gap",
                      entry.name, entry.begin, expected));
    }
    if (bytes_needed(entry) != entry.end - entry.begin) {
      throw parser.fault(fmt::format("tensor '{}' has {} bytes, its shape needs another number", entry.name,
                                     entry.end - entry.begin));
    }
    expected = entry.end;
  }
  if (expected != data_bytes) {
    throw parser.fault(fmt::format("its tensors take {} of {} bytes of data", expected, data_bytes));
  }
}

std::map<std::string, std::string> read_metadata(const Json& value, const HeaderParser& parser) {
  const bool texts = value.is_object() &&
                     std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
  if (!texts) throw parser.fault("its __metadata__ is not an object of texts");
  return value.get<std::map<std::string, std::string>>();
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& origin) {
  HeaderParser parser(origin);
  const Json parsed = parser.parse(json);
  if (!parsed.is_object()) throw parser.fault("its header is not an object");
  SafetensorsHeader header;
  for (const auto& [name, value] : parsed.items()) {
    if (name == "__metadata__") {
      header.metadata = read_metadata(value, parser);
    } else {
      header.entries.push_back(read_entry(name, value, parser));
    }
  }
  std::sort(header.entries.begin(), header.entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_layout(header.entries, data_bytes, parser);
  return header;
}

std::string safetensors_type_name(torch::ScalarType type) {
  for (const TypeName& row : type_names) {
    if (type == row.type) return row.name;
  }
  return "";
}

namespace {

static_assert(std::endian::native == std::endian::little, "the format and this code are little-endian");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t max_header = 16 << 20;  // ResNet-50 needs 40 kB

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
  if (bytes.size() < length_bytes || length > bytes.size() - length_bytes || length > max_header) {
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
  PendingFile pending(path);
  std::ofstream stream(pending.path(), std::ios::binary);
  stream.write(header.data(), static_cast<std::streamsize>(header.size()));
  for (const auto& [name, tensor] : ordered) {
    stream.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
  }
  stream.close();
  if (!stream) throw write_error(path, "cannot be written", errno);
  pending.commit();
}

}  // namespace m2m::checkpoints
