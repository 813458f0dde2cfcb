// The file that a trial resumes from.
#include "checkpoints/trial_state.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "checkpoints/safetensors.hpp"
#include "core/files.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::checkpoints {
namespace {

namespace fs = std::filesystem;

train::Trial begun() {
  train::Trial trial(testing::tiny_trial(testing::tiny_config(
      {{"method", "M2m"}, {"m2m.gamma", 0.3}, {"train.epochs", 4}, {"train.defer_until", 1}, {"m2m.steps", 2}})));
  trial.submit(14);  // two epochs of six steps, and two more
  return trial;
}

TEST(TrialState, ComesBackWithWhatEveryEpochCounted) {
  const testing::TemporaryFolder folder;
  TrialState state = begun().state();
  state.arithmetic = {{"device", {"cpu"}}, {"kernels", {"torch", "plain"}}};
  write_trial_state(folder.path() / "resume.safetensors", state);
  const TrialState read = read_trial_state(folder.path() / "resume.safetensors");
  EXPECT_EQ(read.arithmetic, state.arithmetic);
  ASSERT_EQ(read.epochs.size(), 2U);
  EXPECT_EQ(read.epochs[0].generation.classes, 0);
  EXPECT_EQ(read.epochs[1].generation.classes, 4);
  EXPECT_EQ(read.epochs[1].generation.cells, state.epochs[1].generation.cells);
  EXPECT_GT(read.epochs[1].generation.total(results::Outcome::chosen), 0);
  EXPECT_TRUE(torch::equal(read.counters.at("generation"), state.counters.at("generation")));
}

/// The header of a safetensors file is bounded.
TEST(TrialState, HoldsMorePairsOfClassesThanAHeaderCould) {
  const testing::TemporaryFolder folder;
  TrialState state = begun().state();
  results::GenerationCounts& generation = state.epochs[1].generation;
  generation = results::GenerationCounts(60'000);
  for (std::int32_t i = 0; i < 500'000; ++i) {
    generation.at(results::Outcome::chosen, 10'000 + i % 50'000, 20'000 + i % 39'999) = 1000 + i;
    generation.at(results::Outcome::accepted, 10'000 + i % 50'000, 20'000 + i % 39'999) = 1000;
  }
  write_trial_state(folder.path() / "resume.safetensors", state);
  EXPECT_EQ(read_trial_state(folder.path() / "resume.safetensors").epochs[1].generation.cells, generation.cells);
}

TEST(TrialState, WithAnyBitFlippedIsRefusedOrTheSame) {
  const testing::TemporaryFolder folder;
  const fs::path file = folder.path() / "resume.safetensors";
  write_trial_state(file, begun().state());
  const std::string whole = read_file(file);
  int refused = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    std::string flipped = whole;
    const std::size_t at = i < 200 ? i * 7919 % whole.size() : i * 13 % 4000;  // anywhere, and in the header
    flipped[at] = static_cast<char>(flipped[at] ^ 1 << i % 8);
    write_file(file, flipped);
    try {
      const TrialState read = read_trial_state(file);
      write_trial_state(folder.path() / "again.safetensors", read);
      EXPECT_EQ(read_file(folder.path() / "again.safetensors"), whole) << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data) << at;
      ++refused;
    }
  }
  EXPECT_GT(refused, 380);
}

TEST(TrialState, WithANumberThatCannotBeIsRefused) {
  const testing::TemporaryFolder folder;
  const fs::path file = folder.path() / "resume.safetensors";
  write_trial_state(file, begun().state());
  const TensorFile whole = read_safetensors(file);
  for (const char* name : {"format", "epoch", "step"}) {
    for (const char* number : {"1e300", "-1", "0.5", "true", "18446744073709551615"}) {
      TensorFile damaged = whole;
      Json facts = Json::parse(whole.metadata.at("trial state"));
      facts["format"] = 2;  // has no checksum
      facts[name] = Json::parse(number);
      damaged.metadata["trial state"] = facts.dump();
      damaged.metadata.erase("sha256");
      write_safetensors(file, damaged);
      EXPECT_NE(testing::complaint([&] { read_trial_state(file); }, ExitCode::bad_data), "") << name << number;
    }
  }
}

/// A state of format 1: the counts of earlier epochs are among the facts.
TEST(TrialState, OfFormat1IsRead) {
  const testing::TemporaryFolder folder;
  const fs::path file = folder.path() / "resume.safetensors";
  write_trial_state(file, begun().state());
  TensorFile old = read_safetensors(file);
  Json facts = Json::parse(old.metadata.at("trial state"));
  facts["format"] = 1;
  facts["epochs"][1].erase("classes");
  facts["epochs"][1]["generation"] = Json::parse(
      R"({"classes": 4, "chosen": [[0, 3, 5]], "without_seed": [], "failed_coin": [[0, 3, 2]], "failed_gamma": [],
          "accepted": [[0, 3, 3]]})");
  old.metadata["trial state"] = facts.dump();
  old.tensors.erase("generation/1");
  old.metadata.erase("sha256");
  write_safetensors(file, old);
  const std::map<results::ClassPair, results::OutcomeCounts> expected = {{{0, 3}, {5, 0, 2, 0, 3}}};
  EXPECT_EQ(read_trial_state(file).epochs[1].generation.cells, expected);
  EXPECT_EQ(read_trial_state(file).arithmetic, Arithmetic{});
}

}  // namespace
}  // namespace m2m::checkpoints
