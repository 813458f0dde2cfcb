#pragma once
// Named tensors and a few words about them: what every checkpoint format comes down to.
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::checkpoints {

struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;  // on the CPU, contiguous, owned by nobody else
  std::map<std::string, std::string> metadata;
};

// safetensors: a header in JSON that says where each tensor lies, then the tensors' bytes. Nothing in it is
// executed. Format: https://huggingface.co/docs/safetensors

/// Whether `bytes` begin as a safetensors file does: a length, then an object in JSON.
bool is_safetensors(std::string_view bytes);

/// Reads a whole file's bytes: F64 F32 BF16 F16 I64 I32 U8 BOOL tensors and the texts of `__metadata__`.
///
/// Strict: the tensors lie one after the other and fill the data exactly. Local; copies every tensor.
/// Throws Error (bad_data), naming `origin` and what is wrong, for anything else; never reads outside `bytes` and
/// makes no tensor that these bytes do not fill.
TensorFile parse_safetensors(std::string_view bytes, const std::string& origin);

/// parse_safetensors of a file. Throws Error (input_output) where it cannot be read.
TensorFile read_safetensors(const std::filesystem::path& path);

/// Writes `file` so that a kill leaves the old file or the new one (core/files.hpp).
///
/// The data begins at a multiple of 8 bytes; tensors lie by element size, largest first, then by name, so that each
/// is aligned; equal content gives equal bytes. Throws Error (input_output), or (internal) for a type the format
/// lacks.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

// The header of a safetensors file: which tensor lies where.

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
