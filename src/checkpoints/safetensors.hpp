#pragma once
// safetensors files: a JSON header that says where each tensor is, then the bytes of the tensors. Nothing in them
// is executed. Format: https://huggingface.co/docs/safetensors
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::checkpoints {

/// Named tensors and metadata.
struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;  // on the CPU, contiguous, not shared
  std::map<std::string, std::string> metadata;
};

/// True if `bytes` begin like a safetensors file: a length, then a JSON object. Pure.
bool is_safetensors(std::string_view bytes);

/// Parses the bytes of a whole file: tensors of F64, F32, BF16, F16, I64, I32, U8 and BOOL, and the texts of
/// `__metadata__`.
///
/// Strict: the tensors follow each other and fill the data exactly. Local; copies every tensor.
/// Throws Error (bad_data), naming `origin` and the fault, for anything else. Never reads outside of `bytes`, and
/// makes no tensor that they do not fill.
TensorFile parse_safetensors(std::string_view bytes, const std::string& origin);

/// Reads a file and parses it by parse_safetensors. Local. Throws Error (input_output) if it cannot be read.
TensorFile read_safetensors(const std::filesystem::path& path);

/// Writes `file`; a kill leaves the old file or the new one (core/files.hpp).
///
/// The data begin at a multiple of 8 bytes. Tensors are ordered by element size, largest first, then by name, so
/// that each is aligned. Equal content gives equal bytes. Local. Throws Error (input_output), or (internal) if the
/// format lacks a type.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

/// An entry of the header: one tensor.
struct SafetensorsEntry {
  std::string name;
  torch::ScalarType type = torch::kFloat32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes, from the start of the data
};

/// The header of a safetensors file.
struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

/// Parses and checks the JSON of the header for a file whose tensors take `data_bytes`. Pure.
///
/// Guarantees that begin and end are in [0, data_bytes], that tensors neither overlap nor leave gaps, and that each
/// shape needs exactly its bytes. Throws Error (bad_data), naming `origin`, otherwise.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& origin);

/// Name of a type, "F32" for float32; empty if the format, as written here, has no name for it. Pure.
std::string safetensors_type_name(torch::ScalarType type);

}  // namespace m2m::checkpoints
