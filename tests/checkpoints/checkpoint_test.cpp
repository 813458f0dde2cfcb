#include "checkpoints/checkpoint.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "checkpoints/safetensors.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "support/legacy_sample.hpp"
#include "support/said.hpp"

namespace m2m::checkpoints {
namespace {

namespace fs = std::filesystem;

fs::path scratch(const std::string& name) {
  return fs::path(::testing::TempDir()) / ("m2m-checkpoint-" + std::to_string(::getpid())) / name;
}

std::string refusal(const fs::path& path, ExitCode expected) {
  return testing::complaint([&] { load_checkpoint(path); }, expected);
}

TEST(Checkpoint, LoadsWhatItSaved) {
  Checkpoint saved;
  saved.network = {{"a.weight", torch::randn({3, 2})}, {"a.running_mean", torch::randn({2}, torch::kFloat64)}};
  saved.momentum = {{"a.weight", torch::randn({3, 2})}};
  saved.metadata = {{"about", "a test"}};
  saved.epoch = 41;
  save_checkpoint(scratch("one.safetensors"), saved);
  const Checkpoint loaded = load_checkpoint(scratch("one.safetensors"));
  ASSERT_EQ(loaded.network.size(), 2u);
  ASSERT_EQ(loaded.momentum.size(), 1u);
  for (const auto& [name, tensor] : saved.network) EXPECT_TRUE(loaded.network.at(name).equal(tensor));
  EXPECT_TRUE(loaded.momentum.at("a.weight").equal(saved.momentum.at("a.weight")));
  EXPECT_EQ(loaded.metadata.at("about"), "a test");
  EXPECT_EQ(loaded.epoch, 41);
  EXPECT_EQ(loaded.sha256, sha256_file(scratch("one.safetensors")));
}

TEST(Checkpoint, KeepsMomentumUnderAPrefix) {
  Checkpoint saved;
  saved.momentum = {{"a.weight", torch::ones({1})}};
  save_checkpoint(scratch("prefix.safetensors"), saved);
  EXPECT_TRUE(read_safetensors(scratch("prefix.safetensors")).tensors.contains("momentum.a.weight"));
}

TEST(Checkpoint, KnowsALegacyFileByItsContent) {
  write_file(scratch("named.safetensors"), testing::legacy_sample());
  const Checkpoint loaded = load_checkpoint(scratch("named.safetensors"));
  EXPECT_EQ(loaded.network.size(), 2u);
  EXPECT_EQ(loaded.momentum.size(), 1u);
  EXPECT_EQ(loaded.epoch, 12);
  EXPECT_EQ(loaded.metadata.at("accuracy"), "69.5");
}

TEST(Checkpoint, TurnsALegacyFileIntoSafetensors) {
  write_file(scratch("old.t7"), testing::legacy_sample());
  const Checkpoint old = load_checkpoint(scratch("old.t7"));
  save_checkpoint(scratch("new.safetensors"), old);
  const Checkpoint back = load_checkpoint(scratch("new.safetensors"));
  for (const auto& [name, tensor] : old.network) EXPECT_TRUE(back.network.at(name).equal(tensor)) << name;
  EXPECT_EQ(back.epoch, old.epoch);
}

TEST(Checkpoint, TakesAnEpochItCannotReadAsUnknown) {
  for (const char* text : {"", "12x", "-3", "1e3", "99999999999999"}) {
    write_safetensors(scratch("epoch.safetensors"), {{}, {{"epoch", text}}});
    EXPECT_EQ(load_checkpoint(scratch("epoch.safetensors")).epoch, -1) << text;
  }
}

TEST(Checkpoint, SaysWhatAFileIsThatItCannotLoad) {
  write_file(scratch("zip.pt"), "PK\x03\x04 and so on");
  EXPECT_NE(refusal(scratch("zip.pt"), ExitCode::bad_data).find("zip archive"), std::string::npos);
  write_file(scratch("text"), "hello, this is text");
  EXPECT_TRUE(testing::says(refusal(scratch("text"), ExitCode::bad_data),
                            {scratch("text").string(), "neither", "safetensors"}));
  write_file(scratch("nothing"), "");
  EXPECT_NE(refusal(scratch("nothing"), ExitCode::bad_data).find("neither"), std::string::npos);
  EXPECT_NE(refusal(scratch("."), ExitCode::bad_data).find("is a folder"), std::string::npos);
  EXPECT_NE(refusal(scratch("absent"), ExitCode::input_output).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace m2m::checkpoints
