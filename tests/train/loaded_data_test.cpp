#include "train/loaded_data.hpp"

#include <gtest/gtest.h>

#include "core/parallel.hpp"
#include "settings/resolve.hpp"

namespace m2m::train {
namespace {

Config digits(const Json& given) {
  Config config;
  config.set("method", "ERM");
  config.set("data.set", "digits");
  for (const auto& [name, value] : given.items()) config.set(name, value);
  return settings::resolve(config);
}

TEST(DataCache, GivesTheSameDataForTheSameSettings) {
  DataCache cache;
  const auto first = cache.get(digits({{"data.ratio", 20.0}}));
  EXPECT_EQ(cache.get(digits({{"data.ratio", 20.0}, {"train.lr", 1.0}})), first);
  EXPECT_NE(cache.get(digits({{"data.ratio", 10.0}})), first);
  EXPECT_EQ(cache.get(digits({{"data.ratio", 20.0}})), first);
}

TEST(DataCache, ReadsADataSetOnceForTwoSplits) {
  DataCache cache;
  const auto steep = cache.get(digits({{"data.ratio", 20.0}}));
  const auto flat = cache.get(digits({{"data.ratio", 5.0}}));
  EXPECT_EQ(steep->samples.front().data_ptr(), flat->samples.front().data_ptr());
  EXPECT_NE(steep->split.counts, flat->split.counts);
  EXPECT_NE(steep->mean, flat->mean);  // of the training part
}

TEST(DataCache, SplitsOnceForEachOfAHundredSeeds) {
  DataCache cache;
  std::vector<std::shared_ptr<const LoadedData>> first;
  for (int seed = 0; seed < 100; ++seed) first.push_back(cache.get(digits({{"seed", seed}})));
  for (int seed = 0; seed < 100; ++seed) EXPECT_EQ(cache.get(digits({{"seed", seed}})), first[seed]) << seed;
}

TEST(DataCache, GivesThreadsTheSameSplitsOfOneDataSet) {
  DataCache cache;
  std::vector<std::shared_ptr<const LoadedData>> got(40);
  parallel_for(40, 4, [&](std::int64_t i) { got[i] = cache.get(digits({{"seed", i / 2}})); });
  for (std::size_t i = 0; i < got.size(); i += 2) {
    EXPECT_EQ(got[i], got[i + 1]);
    EXPECT_EQ(got[i]->samples.front().data_ptr(), got[0]->samples.front().data_ptr());
  }
}

TEST(DataCache, SplitsAgainIfTheSeedDrawsTheSubset) {
  DataCache cache;
  const auto one = cache.get(digits({{"data.subset", "random"}, {"seed", 1}}));
  const auto two = cache.get(digits({{"data.subset", "random"}, {"seed", 2}}));
  EXPECT_NE(one->split.train_sha256, two->split.train_sha256);
}

TEST(WithSmote, HasAsManyOfEveryClassAndLeavesTheOriginalUnchanged) {
  const auto data = load_data(digits({{"data.ratio", 20.0}}), torch::kCPU);
  const auto before = data->set.train.count();
  const auto enlarged = with_smote(*data, {1, SeedRole::plan});
  EXPECT_EQ(data->set.train.count(), before);
  EXPECT_EQ(static_cast<std::int64_t>(enlarged->split.train.rows.size()), 10 * largest(data->split.counts));
  EXPECT_EQ(enlarged->samples.front().size(0), enlarged->set.train.count());
  EXPECT_EQ(enlarged->split.counts, data->split.counts);
}

}  // namespace
}  // namespace m2m::train
