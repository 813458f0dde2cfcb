#pragma once
// The header of a safetensors file: which tensor lies where.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoints/tensor_file.hpp"

namespace m2m::checkpoints {

struct SafetensorsEntry {
  std::string name;
  torch::ScalarType type = torch::kFloat32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes, from the start of the data
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

/// Checks and reads the header's JSON for a file whose tensors take `data_bytes`.
///
/// Guarantees: begin and end lie in [0, data_bytes], no two tensors overlap, none leaves a gap, and each shape
/// needs exactly the bytes it is given. Throws Error (bad_data), naming `origin`, otherwise.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& origin);

/// "F32" for float32 and so on; empty where the format, as written here, has no name for the type.
std::string safetensors_type_name(torch::ScalarType type);

}  // namespace m2m::checkpoints
