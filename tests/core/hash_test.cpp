#include "core/hash.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"

namespace m2m {
namespace {

TEST(Sha256, GivesTheKnownAnswers) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameInPieces) {
  Sha256 hash;
  for (const char* piece : {"a", "", "bc"}) hash.add(std::as_bytes(std::span(std::string_view(piece))));
  EXPECT_EQ(hash.hex(), sha256_hex("abc"));
}

TEST(Sha256, ReadsFiles) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "m2m_hash_test";
  const std::string bytes(3'000'000, 'x');
  write_file(file, bytes);
  EXPECT_EQ(sha256_file(file), sha256_hex(bytes));
  std::filesystem::remove(file);
  EXPECT_THROW(sha256_file(file), Error);
}

TEST(Md5, GivesTheKnownAnswers) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
}  // namespace m2m
