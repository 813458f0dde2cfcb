#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/translate.hpp"
#include "support/normals.hpp"
#include "support/on_device.hpp"
#include "support/relative_error.hpp"
#include "support/translation_case.hpp"

namespace m2m::kernels {
namespace {

using testing::has_device;
using testing::OnDevice;
using testing::PackedNetwork;
using testing::relative_error;
using testing::TranslationCase;

class NetworkOnDevice {
 public:
  explicit NetworkOnDevice(const PackedNetwork& network)
      : blocks_(network.blocks),
        classes_(static_cast<int>(network.head_bias.size())),
        is_cosine_(network.is_cosine),
        forward_(network.forward),
        backward_(network.backward),
        bias_(network.bias),
        mean_(network.mean),
        inverse_deviation_(network.inverse_deviation),
        head_weight_(network.head_weight),
        head_bias_(network.head_bias),
        head_scales_(network.head_scales) {}

  DeviceNetwork get() const {
    return {blocks_,
            forward_.get(),
            backward_.get(),
            bias_.get(),
            mean_.get(),
            inverse_deviation_.get(),
            head_weight_.get(),
            head_bias_.get(),
            head_scales_.get(),
            classes_,
            is_cosine_};
  }

 private:
  int blocks_, classes_;
  bool is_cosine_;
  OnDevice<Words4> forward_, backward_;
  OnDevice<float> bias_, mean_, inverse_deviation_, head_weight_, head_bias_, head_scales_;
};

/// Runs a case on the device, in memory of its own.
TranslationCase on_the_device(TranslationCase c, const TranslationForm& form) {
  const NetworkOnDevice f(c.f), g(c.g);
  const OnDevice<std::uint8_t> pixels(c.pixels), coins(c.coins), accepted(c.accepted);
  const OnDevice<GatherIndex> seeds(c.seeds);
  const OnDevice<std::int32_t> slots(c.slots);
  const OnDevice<double> image_scales(c.image_scales), channel_scales(c.channel_scales);
  const OnDevice<std::int64_t> seed_classes(c.seed_classes), targets(c.targets), labels(c.labels), rows(c.rows),
      batch_labels(c.batch_labels);
  const OnDevice<float> images(c.images), beliefs(c.beliefs), x(c.x), gradients(c.gradients);
  const OnDevice<std::uint32_t> signs(std::vector<std::uint32_t>(
      2 * c.count * static_cast<std::size_t>(sign_words(std::max(c.f.blocks, c.g.blocks)))));
  TranslationBatch batch = c.batch();
  batch.pixels = pixels.get();
  batch.seeds = seeds.get();
  batch.noise.slots = slots.get();
  batch.noise.image_scales = image_scales.get();
  batch.noise.channel_scales = channel_scales.get();
  batch.seed_classes = seed_classes.get();
  batch.targets = targets.get();
  batch.coins = reinterpret_cast<const bool*>(coins.get());
  batch.rows = rows.get();
  batch.labels = labels.get();
  batch.images = images.get();
  batch.batch_labels = batch_labels.get();
  batch.accepted = reinterpret_cast<bool*>(accepted.get());
  batch.beliefs = beliefs.get();
  batch.x = x.get();
  batch.gradients = gradients.get();
  batch.signs = signs.get();
  testing::run_recorded([&](void* stream) { translate_cuda(f.get(), g.get(), batch, form, stream); });
  c.images = images.back();
  c.batch_labels = batch_labels.back();
  c.accepted = accepted.back();
  c.beliefs = beliefs.back();
  c.x = x.back();
  return c;
}

std::vector<float> translated(const TranslationCase& c) {
  return {c.x.begin(), c.x.begin() + c.count * image_values};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(double{a[i]} - double{b[i]});
    if (std::isnan(difference)) return difference;
    largest = std::max(largest, difference);
  }
  return largest;
}

/// How far the steps of a case move a pixel at most.
template <int warps>
double moved(TranslationCase c, const TranslationCase& translated_case) {
  c.steps = 0;
  c.run_emulated<warps>();
  return largest_difference(translated(c), translated(translated_case));
}

/// near: how much a pixel may differ. Rounding decides a few ReLUs otherwise if sums have another order.
void expect_alike(const TranslationCase& ours, const TranslationCase& expected, double near) {
  EXPECT_LE(largest_difference(translated(ours), translated(expected)), near);
  EXPECT_LE(largest_difference(ours.images, expected.images), near);
  EXPECT_LT(largest_difference(ours.beliefs, expected.beliefs), near > 0 ? 1e-3 : 1e-6);
  EXPECT_EQ(ours.accepted, expected.accepted);
  EXPECT_EQ(ours.batch_labels, expected.batch_labels);
}

/// Pairs of blocks need compute capability 9.0.
bool has_pairs() {
  int major = 0;
  cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0);
  return major >= 9;
}

/// Compares a case with emulated blocks of as many warps, by one block an image and by two. near: how much a pixel
/// may differ, as a share of what the steps move one.
template <int warps>
void compare(const TranslationCase& c, double near) {
  TranslationCase emulated = c;
  emulated.run_emulated<warps>();
  const double moves = moved<warps>(c, emulated);
  EXPECT_GT(moves, 0);
  const TranslationCase alone = on_the_device(c, {warps, false});
  expect_alike(alone, emulated, near * moves);
  if (!has_pairs()) return;
  const TranslationCase in_pairs = on_the_device(c, {warps, true});
  EXPECT_EQ(translated(in_pairs), translated(alone));
  expect_alike(in_pairs, emulated, near * moves);
}

TEST(TranslateOnTheDevice, DoesWhatEmulatedBlocksDo) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  const double near = testing::has_the_bits_of_emulated_blocks() ? 0 : 0.05;
  compare<8>(TranslationCase(), near);
  compare<4>(TranslationCase(), near);
}

/// The last bit of exp differs on a device, and may with the gradient of a loss change a ReLU.
TEST(TranslateOnTheDevice, TakesCosineHeadsAndNoFIfLambdaIsZero) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  compare<8>(TranslationCase(true), 0.05);
  compare<4>(TranslationCase(false, 0), 0.05);
}

TEST(TranslateOnTheDevice, TakesNetworksOfDifferentDepth) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  const double near = testing::has_the_bits_of_emulated_blocks() ? 0 : 0.05;
  TranslationCase c;
  c.steps = 2;
  c.f = testing::drawn_network(2, c.classes, false, 100);
  compare<8>(c, near);
  std::swap(c.f, c.g);
  compare<4>(c, near);
}

TEST(TranslateOnTheDevice, TakesThePairsAndTheMultiprocessorsThatTheDeviceHas) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  int multiprocessors = 0;
  cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, 0);
  ASSERT_GT(multiprocessors, 1);
  for (const int count : {1, multiprocessors / 2, multiprocessors, multiprocessors + 1}) {
    for (const bool uses_f : {false, true}) {
      const TranslationForm form = form_on_device(count, uses_f);
      EXPECT_EQ(form.is_pair, uses_f && has_pairs());
      EXPECT_EQ(form.warps, (form.is_pair ? 2 : 1) * count <= multiprocessors ? 8 : 4) << count;
    }
  }
}

TEST(TranslateOnTheDevice, WritesWhatPassesTheTest) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  TranslationCase c;
  c.run_emulated<8>();
  std::vector<float> beliefs = c.beliefs;
  std::sort(beliefs.begin(), beliefs.end());
  TranslationCase split;
  split.gamma = (beliefs[1] + beliefs[2]) / 2;
  const TranslationCase device = on_the_device(split, {8, false});
  for (std::size_t i = 0; i < device.accepted.size(); ++i)
    EXPECT_EQ(device.accepted[i] != 0, c.beliefs[i] > split.gamma && c.coins[i] != 0) << i;
}

TEST(TranslateOnTheDevice, RejectsWhatAGradientThatIsNotANumberLeaves) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  TranslationCase c;
  // Of f alone: g would believe something of a black image.
  std::fill(c.f.head_weight.begin(), c.f.head_weight.end(), std::nanf(""));
  TranslationCase emulated = c;
  emulated.run_emulated<8>();
  for (const TranslationCase& ran : {emulated, on_the_device(c, {8, false})}) {
    EXPECT_EQ(ran.accepted, std::vector<std::uint8_t>(c.count));
    EXPECT_EQ(ran.images, c.images);
  }
}

/// Features of an image, and the gradient of its pixels, in an emulated block.
struct BlockAnswers {
  std::vector<float> features, gradient;
};
BlockAnswers in_a_block(const PackedNetwork& network, std::vector<float> pixels,
                        const std::vector<float>& towards) {
  using Shapes = ResNetShapes<4>;
  testing::EmulatedNetwork<4> memory(network);
  testing::EmulatedBlock<4> block(Shapes::shared_bytes);
  const auto net = memory.at(testing::SharedMemory::base).body;
  const auto read = [&](std::uint32_t address, int count) {
    std::vector<float> values;
    block.sync();
    for (int i = 0; i < count; ++i) {
      const std::uint32_t word = block.shared.load(address + static_cast<std::uint32_t>(4 * i), 0);
      values.push_back(0);
      std::memcpy(&values.back(), &word, 4);
    }
    block.sync();
    return values;
  };
  const std::uint32_t at = net.h + Shapes::features_at;
  BlockAnswers answers;
  load_pixels(block, net, {pixels.data(), pixels.size()});
  forward_features<Pass::forward>(block, net);
  answers.features = read(at, Shapes::features);
  for (std::size_t i = 0; i < towards.size(); ++i) {
    std::uint32_t word;
    std::memcpy(&word, &towards[i], 4);
    block.shared.store(at + static_cast<std::uint32_t>(4 * i), word, 0);
  }
  backward_features(block, net);
  answers.gradient = read(net.h, image_values);
  for (std::size_t i = 0; i < answers.gradient.size(); ++i)
    answers.gradient[i] *= network.inverse_deviation[i / 1024];
  return answers;
}

/// Part number `i` of some parts of `size` values.
std::vector<float> part(const std::vector<float>& all, int i, int size) {
  return {all.begin() + i * size, all.begin() + (i + 1) * size};
}

TEST(FeaturesOnTheDevice, AndTheirWayBackAreThoseOfEmulatedBlocks) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  constexpr int count = 2, feature_count = ResNetShapes<4>::features;
  const PackedNetwork network = testing::drawn_network(2, 10, false, 3);
  std::vector<float> pixels = testing::normals(count * image_values, 0.5F, 0.15F, 7);
  for (float* bound = pixels.data(); const float pixel : {0.0F, 1.0F, -0.1F, 1.1F}) *bound++ = pixel;
  const std::vector<float> towards = testing::normals(count * feature_count, 0, 1, 8);
  const NetworkOnDevice on_device(network);
  const OnDevice<float> images(pixels), gradient(towards), features(towards), evaluated(towards), out(pixels);
  const OnDevice<std::uint32_t> signs(std::vector<std::uint32_t>(count * static_cast<std::size_t>(sign_words(2))));
  testing::run_recorded([&](void* stream) {
    features_cuda(on_device.get(), count, images.get(), nullptr, evaluated.get(), stream);
    features_cuda(on_device.get(), count, images.get(), signs.get(), features.get(), stream);
    pixel_gradient_cuda(on_device.get(), count, images.get(), signs.get(), gradient.get(), out.get(), stream);
  });
  EXPECT_EQ(features.back(), evaluated.back());
  const bool same = testing::has_the_bits_of_emulated_blocks();
  for (int i = 0; i < count; ++i) {
    SCOPED_TRACE(i);
    const std::vector<float> of_image = part(pixels, i, image_values);
    BlockAnswers expected = in_a_block(network, of_image, part(towards, i, feature_count));
    EXPECT_LE(relative_error(part(features.back(), i, feature_count), expected.features), same ? 0 : 4e-3);
    for (std::size_t at = 0; at < of_image.size(); ++at) {
      if (of_image[at] < 0 || of_image[at] > 1) expected.gradient[at] = 0;
    }
    EXPECT_LE(relative_error(part(out.back(), i, image_values), expected.gradient), same ? 0 : 0.15);
  }
}

}  // namespace
}  // namespace m2m::kernels
