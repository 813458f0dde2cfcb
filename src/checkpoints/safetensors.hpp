#pragma once
// safetensors: a header in JSON that says where each tensor lies, then the tensors' bytes. Nothing in it is
// executed. Format: https://huggingface.co/docs/safetensors
#include <filesystem>
#include <string>
#include <string_view>

#include "checkpoints/tensor_file.hpp"

namespace m2m::checkpoints {

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

}  // namespace m2m::checkpoints
