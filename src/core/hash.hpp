#pragma once
// SHA-256 of bytes, texts and files, as 64 lower-case hexadecimal digits.
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace m2m {

/// Hashes what it is fed, piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::span<const std::byte> bytes);
  /// The digest; nothing may be added after it.
  std::string hex();

 private:
  struct Context;
  Context* context_;
};

std::string sha256_hex(std::string_view text);
std::string sha256_hex(std::span<const std::byte> bytes);
/// Throws Error (input_output) where the file cannot be read.
std::string sha256_file(const std::filesystem::path& file);

/// MD5 as 32 hexadecimal digits, only to compare with sums that others published; "" where OpenSSL offers none.
std::string md5_hex(std::string_view bytes);

}  // namespace m2m
