#include "train/trial_samples.hpp"

#include <gtest/gtest.h>

#include "support/tiny_trial.hpp"

namespace m2m::train {
namespace {

Trial done(const Json& given) {
  Trial trial(testing::tiny_trial(testing::tiny_config(given)));
  while (!trial.done()) trial.submit(1000);
  return trial;
}

const Json translating = {{"method", "M2m"}, {"train.epochs", 3}, {"train.defer_until", 1}, {"m2m.gamma", 0.3}};

TEST(FeatureSample, HasTheSameImagesForEveryMethodAndAllOfASmallClass) {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  Trial erm = done({{"method", "ERM"}, {"train.epochs", 2}}),
        smote = done({{"method", "SMOTE"}, {"train.epochs", 2}});
  const results::FeatureSample a = feature_sample(erm, *data, 5), b = feature_sample(smote, *data, 5);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.labels, (std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3}));
  EXPECT_NE(a.values, b.values);
  EXPECT_EQ(a.values.size(), a.labels.size() * static_cast<std::size_t>(a.width));
}

TEST(FeatureSample, HoldsTheInputOfTheHead) {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  Trial trial = done({{"method", "ERM"}, {"train.epochs", 2}, {"train.precision", "float32"}});
  const results::FeatureSample sample = feature_sample(trial, *data, 2);
  data::PoolRows part = data->split.train;
  part.rows = {part.rows[static_cast<std::size_t>(sample.rows.back())]};
  trial.network().eval();
  const torch::NoGradGuard no_gradient;
  const torch::Tensor expected = trial.network().features(gather_rows(*data, part, 0, 1, torch::kFloat32));
  for (int i = 0; i < sample.width; ++i) {
    EXPECT_NEAR(sample.values[sample.values.size() - static_cast<std::size_t>(sample.width - i)],
                expected[0][i].item<float>(), 1e-4);
  }
}

TEST(TranslationSample, HasTheNumberAskedForOrAll) {
  Trial trial = done(translating);
  const results::TranslationSample three = *translation_sample(trial, 3), all = *translation_sample(trial, 100000);
  EXPECT_EQ(three.target.size(), 3U);
  EXPECT_EQ(three.g_target.size(), 3U * 11);
  EXPECT_EQ(three.seeds.size(), 3U * static_cast<std::size_t>(three.channels * three.height * three.width));
  EXPECT_GT(all.target.size(), 3U);
  EXPECT_TRUE(std::equal(three.translated.begin(), three.translated.end(), all.translated.begin()));
}

TEST(TranslationSample, LeavesTheTrialUnchanged) {
  Trial trial = done(translating);
  const checkpoints::NetworkState before = copy_state(trial.network());
  EXPECT_EQ(*translation_sample(trial, 8), *translation_sample(trial, 8));
  const checkpoints::NetworkState after = copy_state(trial.network());
  for (const auto& [name, tensor] : before) EXPECT_TRUE(torch::equal(tensor, after.at(name))) << name;
}

TEST(TranslationSample, IsMissingIfNothingIsTranslated) {
  Trial drs = done({{"method", "DRS"}, {"train.epochs", 3}, {"train.defer_until", 1}});
  EXPECT_FALSE(translation_sample(drs, 8).has_value());
  Trial coin =
      done({{"method", "M2m-Clean"}, {"m2m.image", "clean-coin"}, {"train.epochs", 3}, {"train.defer_until", 1}});
  EXPECT_FALSE(translation_sample(coin, 8).has_value());
}

}  // namespace
}  // namespace m2m::train
