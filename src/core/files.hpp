#pragma once
// Whole files: read at once, or written so that a reader sees the old one or the new one and nothing between.
#include <filesystem>
#include <functional>
#include <string>

namespace m2m {

/// The file's bytes. Throws Error (input_output) where it cannot be read.
std::string read_file(const std::filesystem::path& file);

/// Has `write` make a file under a temporary name beside `file`, syncs it to disk and renames it.
///
/// Survives a kill at any moment: `file` is then absent, old or new, never half written. Folders above it are made.
/// Throws Error (input_output) where that fails; what `write` throws passes through and leaves nothing behind.
void replace_file(const std::filesystem::path& file,
                  const std::function<void(const std::filesystem::path&)>& write);

/// replace_file with these bytes.
void write_file(const std::filesystem::path& file, const std::string& bytes);

/// Makes the folder and those above it. Throws Error (input_output).
void make_folder(const std::filesystem::path& folder);

}  // namespace m2m
