#include "core/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <vector>

#include "core/error.hpp"

namespace m2m {
namespace {

std::string hexadecimal(std::span<const unsigned char> digest) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(new Context) {
  if (context_->digest == nullptr || EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) != 1) {
    throw internal_error("this OpenSSL offers no SHA-256");
  }
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_->digest);
  delete context_;
}

void Sha256::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context_->digest, digest.data(), &length);
  return hexadecimal(std::span(digest).first(length));
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string sha256_hex(std::string_view text) { return sha256_hex(std::as_bytes(std::span(text))); }

std::string sha256_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw io_error(file.string() + ": cannot be read");
  Sha256 hash;
  std::vector<char> block(1 << 16);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())), stream.gcount() > 0) {
    hash.add(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(stream.gcount()))));
  }
  return hash.hex();
}

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr) != 1) {
    return "";
  }
  return hexadecimal(std::span(digest).first(length));
}

}  // namespace m2m
