#include "train/loaded_data.hpp"

#include <gtest/gtest.h>

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
  DataCache shelf;
  const auto first = shelf.get(digits({{"data.ratio", 20.0}}));
  EXPECT_EQ(shelf.get(digits({{"data.ratio", 20.0}, {"train.lr", 1.0}})), first);
  EXPECT_NE(shelf.get(digits({{"data.ratio", 10.0}})), first);
  EXPECT_EQ(shelf.get(digits({{"data.ratio", 20.0}})), first);
}

TEST(DataCache, ReadsOnceWhatIsCutInTwoWays) {
  DataCache shelf;
  const auto steep = shelf.get(digits({{"data.ratio", 20.0}}));
  const auto flat = shelf.get(digits({{"data.ratio", 5.0}}));
  EXPECT_EQ(steep->samples.front().data_ptr(), flat->samples.front().data_ptr());
  EXPECT_NE(steep->split.counts, flat->split.counts);
  EXPECT_NE(steep->mean, flat->mean);  // of the training part
}

TEST(DataCache, CutsAnewWhereASeedDraws) {
  DataCache shelf;
  const auto one = shelf.get(digits({{"data.subset", "random"}, {"seed", 1}}));
  const auto two = shelf.get(digits({{"data.subset", "random"}, {"seed", 2}}));
  EXPECT_NE(one->split.train_sha256, two->split.train_sha256);
}

TEST(FilledUp, HasAsManyOfEveryClassAndLeavesTheOriginalAlone) {
  const auto data = load_data(digits({{"data.ratio", 20.0}}), torch::kCPU);
  const auto before = data->set.train.count();
  const auto filled = with_smote(*data, {1, SeedRole::plan});
  EXPECT_EQ(data->set.train.count(), before);
  EXPECT_EQ(static_cast<std::int64_t>(filled->split.train.rows.size()), 10 * largest(data->split.counts));
  EXPECT_EQ(filled->samples.front().size(0), filled->set.train.count());
  EXPECT_EQ(filled->split.counts, data->split.counts);
}

}  // namespace
}  // namespace m2m::train
