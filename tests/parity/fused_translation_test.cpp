// The fused translation by trained networks, in emulated blocks: it accepts what the folded networks accept.
//
// f is the published network with the rows of its last layer rolled on by three classes. M2M_TRANSLATIONS, the
// number of images (default 4), is for a longer run by hand; each takes some seconds of a processor.
#include <cmath>
#include <cstdlib>
#include <optional>

#include "parity/golden_fixture.hpp"
#include "parity/published.hpp"
#include "parity/real_data.hpp"
#include "support/fused_case.hpp"

namespace m2m::parity {
namespace {

/// M2M_TRANSLATIONS, or null.
const char* given_number() { return std::getenv("M2M_TRANSLATIONS"); }

/// Image i goes from class i mod 4, a frequent one, to class 5 + i mod 5.
methods::TranslationWork work_on(const train::LoadedData& data, int count) {
  methods::TranslationWork work;
  work.n = count;
  work.rows = torch::arange(count, torch::kInt64);
  work.seed_classes = work.rows.remainder(4);
  work.targets = work.rows.remainder(5) + 5;
  work.labels = work.targets;
  work.coins = torch::ones({count}, torch::kBool);
  std::vector<kernels::GatherIndex> seeds;
  const std::vector<std::int32_t> labels = train::pool_labels(data, data.split.train);
  std::size_t next = 0;
  for (int i = 0; i < count; ++i) {
    while (labels[next] != i % 4) next = (next + 1) % labels.size();
    seeds.push_back({data.split.train.rows[next++], static_cast<std::int8_t>(i % 9 - 4),
                     static_cast<std::int8_t>(i % 5 - 2), static_cast<std::uint8_t>(i % 2)});
  }
  work.seeds = testing::bytes_of(seeds);
  work.slots = torch::arange(count, torch::kInt32);
  work.image_scales = torch::full({count}, 0.05, torch::kFloat64);
  work.channel_scales = torch::ones({3}, torch::kFloat64);
  return work;
}

/// The mean belief of a target class and the number of its images that are accepted.
struct ClassOutcome {
  double belief, accepted;
};

ClassOutcome of_class(const torch::Tensor& is_member, const testing::FusedOutcome& outcome) {
  return {outcome.beliefs.index({is_member}).mean().item<double>(),
          outcome.accepted.index({is_member}).sum().item<double>()};
}

/// How far two ways to translate lie apart: their beliefs in the median and in the root mean square, and how many
/// images only one of them accepts.
struct Difference {
  double beliefs, mean_square;
  std::int64_t decisions;
};

Difference difference(const char* name, const testing::FusedOutcome& a, const testing::FusedOutcome& b) {
  const torch::Tensor apart = (a.beliefs - b.beliefs).abs();
  const Difference found{apart.median().item<double>(), apart.square().mean().sqrt().item<double>(),
                         (a.accepted != b.accepted).sum().item<std::int64_t>()};
  if (given_number() != nullptr) {
    std::printf(
        "%s: beliefs differ by %.3g in the median, %.3g on average; accepted %lld and %lld, not both %lld\n", name,
        found.beliefs, apart.mean().item<double>(), static_cast<long long>(a.accepted.sum().item<std::int64_t>()),
        static_cast<long long>(b.accepted.sum().item<std::int64_t>()), static_cast<long long>(found.decisions));
  }
  return found;
}

/// Rounding decides single images, with no leaning: the means of n images differ by three deviations at most.
void expect_the_classes_of(const testing::FusedOutcome& folded, const testing::FusedOutcome& fused,
                           const torch::Tensor& targets, const Difference& of_rounding) {
  const double flipped = static_cast<double>(of_rounding.decisions) / static_cast<double>(targets.size(0));
  for (int k = 5; k < 10; ++k) {
    const torch::Tensor is_member = targets == k;
    const double n = is_member.sum().item<double>();
    if (n == 0) continue;
    const ClassOutcome ours = of_class(is_member, fused), theirs = of_class(is_member, folded);
    if (given_number() != nullptr) {
      std::printf("class %d, %.0f images: beliefs %.4f and %.4f, accepted %.0f and %.0f\n", k, n, ours.belief,
                  theirs.belief, ours.accepted, theirs.accepted);
    }
    EXPECT_NEAR(ours.belief, theirs.belief, 0.02 + 3 * of_rounding.mean_square / std::sqrt(n)) << "class " << k;
    EXPECT_NEAR(ours.accepted, theirs.accepted, 1 + 3 * std::sqrt(flipped * n)) << "class " << k;
  }
}

class ParityOfFusedTranslation : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto checkpoint = published_checkpoint();
    if (!checkpoint) GTEST_SKIP() << "skipped: no published network";
    const auto data = real_cifar10();
    if (!data) GTEST_SKIP() << "skipped: no data";
    const int count = given_number() == nullptr ? 4 : std::atoi(given_number());
    const auto network = [&](int shift) {
      auto published = published_network(*checkpoint, *data, torch::kFloat32, shift);
      published->to(torch::kCPU);
      return published;
    };
    case_.emplace(network(3), network(0),
                  train::training_pixels(*data).bytes.to(torch::kCPU, torch::kUInt8, false, true),
                  work_on(*data, count), torch::zeros({count, 3, 32, 32}));
  }

  std::optional<testing::FusedCase> case_;
};

// Ten steps amplify what rounding decides, so single beliefs differ, and near gamma also decisions: between the
// fused and the folded networks no more than between the folded networks in bf16 and in float32.
TEST_F(ParityOfFusedTranslation, DiffersFromTheFoldedNetworksNoMoreThanTheseInFloat32) {
  const testing::FusedOutcome folded = case_->stepwise(), fused = case_->emulated<8>(false);
  const Difference ours = difference("fused and folded", fused, folded);
  const Difference of_rounding = difference("float32 and bf16", case_->stepwise<float>(), folded);
  expect_the_classes_of(folded, fused, case_->work.targets, of_rounding);
  const int count = case_->count();
  EXPECT_LE(ours.beliefs, 2 * of_rounding.beliefs + 0.01);
  EXPECT_LE(ours.decisions, of_rounding.decisions + 1 + count / 20);
  EXPECT_TRUE(fused.accepted.any().item<bool>());
}

}  // namespace
}  // namespace m2m::parity
