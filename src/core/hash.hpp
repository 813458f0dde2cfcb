#pragma once
// SHA-256 of bytes, texts and files, as 64 lower-case hexadecimal digits.
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace m2m {

/// The SHA-256 of bytes that are added piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::span<const std::byte> bytes);
  /// The digest. Call it once, after the last add().
  std::string hex();

 private:
  struct Context;
  Context* context_;
};

/// The SHA-256 of a text. Pure.
std::string sha256_hex(std::string_view text);
/// The SHA-256 of bytes. Pure.
std::string sha256_hex(std::span<const std::byte> bytes);
/// The SHA-256 of the bytes of a file. Throws Error (input_output) if it cannot be read.
std::string sha256_file(const std::filesystem::path& file);

/// MD5 as 32 hexadecimal digits, only to compare with published sums; "" if OpenSSL offers no MD5. Pure.
std::string md5_hex(std::string_view bytes);

}  // namespace m2m
