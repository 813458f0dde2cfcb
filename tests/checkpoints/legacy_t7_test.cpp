#include "checkpoints/legacy_t7.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "core/files.hpp"
#include "support/legacy_sample.hpp"
#include "support/refusals.hpp"
#include "support/test_root.hpp"

namespace m2m::checkpoints {
namespace {

namespace pickled = testing::pickled;
using testing::legacy_file;
using testing::refusal;

void read(const std::string& bytes) { parse_legacy_t7(bytes, "sample"); }

/// The error for a checkpoint with this `net`.
std::string reason_for_net(const std::string& net) {
  return refusal(read,
                 legacy_file(pickled::dict({pickled::text("net"), net, pickled::text("first storage"),
                                            pickled::tensor("1", 8, 0, {8}, {1}), pickled::text("second storage"),
                                            pickled::tensor("2", 6, 0, {6}, {1})})));
}

std::string one_tensor(std::int64_t offset, const std::vector<std::int64_t>& shape,
                       const std::vector<std::int64_t>& strides) {
  return pickled::dict({pickled::text("a.weight"), pickled::tensor("1", 8, offset, shape, strides)});
}

TEST(LegacyT7, ReadsNetworkMomentumAccuracyAndEpoch) {
  const LegacyCheckpoint file = parse_legacy_t7(testing::legacy_sample(), "sample");
  ASSERT_EQ(file.net.tensors.size(), 2u);
  const torch::Tensor numbers = torch::arange(6, torch::kFloat32).view({2, 3});
  EXPECT_TRUE(file.net.tensors.at("a.weight").equal(numbers));
  EXPECT_TRUE(file.net.tensors.at("a.running_mean").equal(torch::tensor({6.f, 7.f})));
  ASSERT_EQ(file.momentum.size(), 1u);
  EXPECT_TRUE(file.momentum.at("a.weight").equal(numbers));
  EXPECT_EQ(file.accuracy, 69.5);
  EXPECT_EQ(file.epoch, 12);
}

TEST(LegacyT7, ReadsANetworkAlone) {
  const std::string object = pickled::dict({pickled::text("net"), one_tensor(0, {8}, {1}), pickled::text("other"),
                                            pickled::tensor("2", 6, 0, {6}, {1})});
  const LegacyCheckpoint file = parse_legacy_t7(legacy_file(object), "sample");
  EXPECT_EQ(file.net.tensors.at("a.weight").numel(), 8);
  EXPECT_TRUE(file.momentum.empty());
  EXPECT_TRUE(std::isnan(file.accuracy));
  EXPECT_EQ(file.epoch, -1);
}

TEST(LegacyT7, RefusesAnyOtherGlobalByItsName) {
  const std::string call = pickled::global("os", "system") + pickled::tuple({pickled::text("true")}) + "R";
  EXPECT_TRUE(
      testing::says(reason_for_net(call), {"'os.system'",
                                           "collections.OrderedDict, torch.ByteStorage, torch.FloatStorage, "
                                           "torch.LongStorage, torch._utils._rebuild_tensor_v2"}));
  EXPECT_NE(reason_for_net(pickled::global("torch", "DoubleStorage")).find("'torch.DoubleStorage'"),
            std::string::npos);
  EXPECT_NE(reason_for_net(pickled::global("o\x1b[31ms", "x")).find("'o?[31ms.x'"), std::string::npos);
}

TEST(LegacyT7, RefusesInstructionsThatMakeObjectsInOtherWays) {
  // INST, OBJ, NEWOBJ, EXT1, STACK_GLOBAL, BYTEARRAY8, NEXT_BUFFER
  for (const char instruction : {'i', 'o', '\x81', '\x82', '\x93', '\x96', '\x97'}) {
    const std::string net = pickled::tuple({pickled::text("os"), pickled::text("system")}) + instruction;
    EXPECT_TRUE(
        testing::says(reason_for_net(net), {fmt::format("0x{:02x}", static_cast<unsigned char>(instruction))}));
  }
}

TEST(LegacyT7, RefusesTensorsThatReachOutsideTheirStorage) {
  constexpr std::int64_t huge = std::int64_t{1} << 62;
  EXPECT_EQ(reason_for_net(one_tensor(0, {2, 4}, {4, 1})), "");
  EXPECT_EQ(reason_for_net(one_tensor(7, {1}, {1})), "");
  EXPECT_EQ(reason_for_net(one_tensor(0, {2, 4}, {1, 2})), "");
  EXPECT_EQ(reason_for_net(one_tensor(8, {0}, {1})), "");
  const std::vector<std::string> bad = {one_tensor(8, {1}, {1}),    one_tensor(-1, {1}, {1}),
                                        one_tensor(0, {9}, {1}),    one_tensor(0, {2, 4}, {5, 1}),
                                        one_tensor(0, {huge}, {0}), one_tensor(0, {4, 4}, {0, 1}),
                                        one_tensor(0, {2}, {huge}), one_tensor(0, {2, 2}, {huge, huge}),
                                        one_tensor(huge, {1}, {1}), one_tensor(0, {-1}, {1}),
                                        one_tensor(0, {2}, {-1}),   one_tensor(0, {2, 2}, {1})};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_NE(reason_for_net(bad[i]).find("its storage"), std::string::npos) << "case " << i;
  }
}

TEST(LegacyT7, RefusesOneStorageDescribedInTwoWays) {
  const std::string net = pickled::dict({pickled::text("a"), pickled::tensor("1", 8, 0, {8}, {1}),
                                         pickled::text("b"), pickled::tensor("1", 9, 0, {8}, {1})});
  EXPECT_TRUE(testing::says(reason_for_net(net), {"storage '1'", "two"}));
}

TEST(LegacyT7, RefusesANetworkThatNamesATensorTwice) {
  const std::string tensor = pickled::tensor("1", 8, 0, {8}, {1});
  EXPECT_NE(
      reason_for_net(pickled::dict({pickled::text("a"), tensor, pickled::text("a"), tensor})).find("'a' twice"),
      std::string::npos);
}

TEST(LegacyT7, RefusesMomentumThatDoesNotFitTheParameters) {
  std::vector<std::string> entries = pickled::sample_entries();
  entries[1] = one_tensor(0, {3, 2}, {2, 1});
  EXPECT_NE(refusal(read, legacy_file(pickled::dict(entries))).find("another shape"), std::string::npos);
  entries[1] = pickled::dict({pickled::text("a.running_mean"), pickled::tensor("1", 8, 0, {8}, {1})});
  EXPECT_TRUE(testing::says(refusal(read, legacy_file(pickled::dict(entries))), {"optimizer", "more", "'net'"}));
}

TEST(LegacyT7, RefusesCirclesAndEndlessStacks) {
  const std::string circle =
      "]q\x01h\x01"
      "a";  // a list that contains itself
  EXPECT_NE(reason_for_net(circle).find("not a dictionary"), std::string::npos);
  EXPECT_NE(reason_for_net(std::string(200000, ')')).find("stack grows too deep"), std::string::npos);
  EXPECT_NE(reason_for_net(std::string(200000, '(')).find("too many marks"), std::string::npos);
  EXPECT_TRUE(testing::says(reason_for_net(")" + std::string(500000, '\x85')), {"'net'", "dictionary"}));
  EXPECT_TRUE(testing::says(reason_for_net(")" + std::string(1100000, '\x85')), {"million"}));
}

TEST(LegacyT7, RefusesBytesThatFollowTheStorages) {
  EXPECT_NE(refusal(read, testing::legacy_sample() + "x").find("1 bytes follow"), std::string::npos);
}

TEST(LegacyT7, RefusesEveryTruncation) { testing::expect_truncations_refused(read, testing::legacy_sample(), 1); }

TEST(LegacyT7, SurvivesRandomDamage) {
  const std::string bytes = testing::legacy_sample();
  testing::expect_flips_survived(read, bytes, bytes.size(), 50000);
}

/// Bytes of the published network, or "" if the file is absent.
std::string published_bytes() {
  const char* named = std::getenv("M2M_PUBLISHED_G");
  const std::filesystem::path path =
      named ? named : (testing::test_root() / "../shared/reference/erm_r100_c10_trial1.t7").string();
  return std::filesystem::exists(path) ? read_file(path) : "";
}

TEST(LegacyT7, ReadsThePublishedNetwork) {
  const std::string bytes = published_bytes();
  if (bytes.empty()) GTEST_SKIP() << "skipped: no published network";
  const LegacyCheckpoint file = parse_legacy_t7(bytes, "sample");
  std::int64_t parameters = 0;
  for (const auto& [name, velocity] : file.momentum) {
    parameters += velocity.numel();
    EXPECT_EQ(velocity.sizes(), file.net.tensors.at(name).sizes()) << name;
    EXPECT_TRUE(velocity.isfinite().all().item<bool>()) << name;
  }
  EXPECT_EQ(parameters, 464154);
  EXPECT_EQ(file.epoch, 180);
  EXPECT_NEAR(file.accuracy, 69.1333, 1e-4);
}

TEST(LegacyT7, RefusesTruncationsOfThePublishedNetwork) {
  const std::string bytes = published_bytes();
  if (bytes.empty()) GTEST_SKIP() << "skipped: no published network";
  testing::expect_truncations_refused(read, bytes.substr(0, 60000), 997);
  testing::expect_truncations_refused(read, bytes, 99991);
}

TEST(LegacyT7, SurvivesDamageToThePublishedNetwork) {
  const std::string bytes = published_bytes();
  if (bytes.empty()) GTEST_SKIP() << "skipped: no published network";
  testing::expect_flips_survived(read, bytes, 46759, 300);
}

}  // namespace
}  // namespace m2m::checkpoints
