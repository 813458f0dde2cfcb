// Tests with real files: CIFAR of M2M_DATA, the field's lists of M2M_SHARED or of `shared` beside the checkout.
// Skipped if they are absent.
#include <cstdlib>

#include "data/image_list.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/test_root.hpp"

namespace m2m::data {
namespace {

constexpr const char* reencoded_cifar10 = "73adb368fe0e90585d32805b515f0c7bfdf1ddcfe901e97385fe2bcafcf8336f";

bool is_there(const CifarLayout& layout) {
  const char* root = std::getenv("M2M_DATA");
  if (root == nullptr) return false;
  const std::filesystem::path folder(root);
  return std::filesystem::exists(folder / layout.folder) || std::filesystem::exists(folder / layout.archive);
}

settings::DataSettings of(const char* set, double ratio, const char* rounding = "field") {
  return testing::data_settings({{"data.set", set}, {"data.ratio", ratio}, {"data.rounding", rounding}});
}

Split cut(const DataSet& data, const settings::DataSettings& config) {
  return split_data(data, config, {1, SeedRole::subset});
}

std::filesystem::path shared_lists(const char* set) {
  const char* named = std::getenv("M2M_SHARED");
  const std::filesystem::path beside = testing::test_root() / ".." / "shared";
  return (named != nullptr ? std::filesystem::path(named) : beside) / "datasets" / set;
}

ImageList list_of(const std::filesystem::path& file, int classes) {
  return parse_image_list(read_file(file), file.string(), classes);
}

TEST(Cifar10, IsCutAsTheAuthorsDo) {
  if (!is_there(cifar10_layout())) GTEST_SKIP() << "skipped: no data";
  const DataSet data = load_data_set(of("cifar10", 100));
  EXPECT_EQ(data.train.count(), 50'000);
  EXPECT_EQ(data.test.count(), 10'000);
  const Split steep = cut(data, of("cifar10", 100));
  EXPECT_EQ(total(steep.counts), 12'406);
  EXPECT_EQ(steep.train_sha256, "9ddb536d12707c8a19a12b3724e80f8d70d9b19350447481289b156a4bbc9101");
  EXPECT_EQ(steep.validation_sha256, "83cd5680f61a39ae2d555e3cbcacb75655bf27a2a58daac128e39dd49a7b77f3");
  EXPECT_EQ(steep.test_sha256, "94440d106867c90837b0c2dbe910b10162bb944109f1a30ff21d10da5cf02ff5");
  EXPECT_EQ(cut(data, of("cifar10", 10)).train_sha256,
            "9a7538ef01126baeec8d97d1ea87d73c1fdabc16acda8b8c559d1e852c3064a0");
}

TEST(Cifar10, ThatIsReencodedIsNotThePublishedOne) {
  if (!is_there(cifar10_layout())) GTEST_SKIP() << "skipped: no data";
  const DataSet data = load_data_set(of("cifar10", 100));
  if (data.files_sha256 != reencoded_cifar10) GTEST_SKIP() << "skipped: another copy";
  EXPECT_FALSE(data.published);
  EXPECT_TRUE(testing::says(data.notice, {"92", "60,000"}));
}

TEST(Cifar100, IsCutAsTheAuthorsDo) {
  if (!is_there(cifar100_layout())) GTEST_SKIP() << "skipped: no data";
  const DataSet data = load_data_set(of("cifar100", 100));
  EXPECT_TRUE(data.published) << data.notice;
  const Split steep = cut(data, of("cifar100", 100, "truncated"));
  EXPECT_EQ(steep.train_sha256, "fc97f33880afc87ae0d2d37e8ec79d426eed56c33ea1c0eadb9a064beec79aa1");
  EXPECT_EQ(steep.validation_sha256, "311583ead0d757833d646ad88eeeb7af150642dcfd0ec128ce98f79614c0b739");
  EXPECT_EQ(steep.test_sha256, "bbeec0012216912a355ec89f21c118242e449bb9d713ffbefa98a5a5b871d08c");
  EXPECT_EQ(cut(data, of("cifar100", 10, "truncated")).train_sha256,
            "93fd5fcdf5c7d08c51665a7c6074077f67d85bd17755f3d0b4e52c46e54a6168");
  EXPECT_EQ(total(cut(data, of("cifar100", 100)).counts), 10'847);
  EXPECT_EQ(total(cut(data, of("cifar100", 10)).counts), 19'573);
}

TEST(CelebA5, ListsSomePicturesTwice) {
  const auto folder = shared_lists("celeba5");
  if (!std::filesystem::exists(folder / "celebA_train_orig.txt")) GTEST_SKIP() << "skipped: no lists";
  const ImageList train = list_of(folder / "celebA_train_orig.txt", 5);
  const ImageList validation = list_of(folder / "celebA_val_orig.txt", 5);
  const ImageList test = list_of(folder / "celebA_test_orig.txt", 5);
  EXPECT_EQ(train.count(), 6'651);
  EXPECT_EQ(validation.count(), 250);
  EXPECT_EQ(test.count(), 500);
  const DuplicateCounts doubles = count_duplicates(train, validation, test);
  EXPECT_EQ(doubles.pictures, 210);
  EXPECT_EQ(doubles.with_other_label, 210);
  EXPECT_EQ(doubles.train_and_test, 31);
  EXPECT_EQ(without_paths_of_test(train, test).count(), 6'620);
}

TEST(ImageNetLt, ListsAThousandClasses) {
  const auto folder = shared_lists("imagenet-lt");
  if (!std::filesystem::exists(folder / "ImageNet_LT_test.txt")) GTEST_SKIP() << "skipped: no lists";
  const ImageList validation = list_of(folder / "ImageNet_LT_val.txt", 1000);
  const ImageList test = list_of(folder / "ImageNet_LT_test.txt", 1000);
  EXPECT_EQ(validation.count(), 20'000);
  EXPECT_EQ(test.count(), 50'000);
  EXPECT_EQ(test.paths.front(), "val/n01440764/ILSVRC2012_val_00029930.JPEG");
  EXPECT_EQ(count_duplicates({}, validation, test).pictures, 0);
}

TEST(PlacesLt, HasThePublishedCounts) {
  const auto folder = shared_lists("places-lt");
  if (!std::filesystem::exists(folder / "Places_LT_train.txt")) GTEST_SKIP() << "skipped: no lists";
  const ListedSet places = places_lt();
  const ImageList train = list_of(folder / places.train, places.classes);
  const ImageList validation = list_of(folder / places.validation, places.classes);
  const ImageList test = list_of(folder / places.test, places.classes);
  ClassCounts counts(static_cast<std::size_t>(places.classes), 0);
  for (const std::int32_t label : train.labels) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(total(counts), 62'500);
  EXPECT_EQ(largest(counts), 4'980);
  EXPECT_EQ(smallest_class({train.labels, validation.labels, test.labels}, places.classes, "places-lt"), 5);
  EXPECT_EQ(validation.count(), 7'300);
  EXPECT_EQ(test.count(), 36'500);
  EXPECT_EQ(count_duplicates(train, validation, test).pictures, 0);
}

TEST(INaturalist18, HasThePublishedCounts) {
  const auto folder = shared_lists("inaturalist18");
  const ListedSet species = inaturalist18();
  if (std::filesystem::exists(folder / species.train)) {
    EXPECT_EQ(list_of(folder / species.train, species.classes).count(), 437'513);
  }
  if (!std::filesystem::exists(folder / species.test)) GTEST_SKIP() << "skipped: no lists";
  const ImageList test = list_of(folder / species.test, species.classes);
  ClassCounts counts(static_cast<std::size_t>(species.classes), 0);
  for (const std::int32_t label : test.labels) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(test.count(), 24'426);
  EXPECT_EQ(counts, ClassCounts(counts.size(), 3));
}

TEST(ShippedDigits, GiveALongTailWithARest) {
  const settings::DataSettings config = of("digits", 20);
  const DataSet data = load_data_set(config);
  const Split split = cut(data, config);
  EXPECT_EQ(split.counts.front(), 100);
  EXPECT_EQ(split.counts.back(), 5);
  EXPECT_EQ(split.train.rows.size() + split.validation.rows.size() + split.test.rows.size(), 1797U);
  EXPECT_NEAR(static_cast<double>(split.validation.rows.size()), static_cast<double>(split.test.rows.size()), 10);
}

}  // namespace
}  // namespace m2m::data
