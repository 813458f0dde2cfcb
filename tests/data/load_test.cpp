#include "data/load.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "data/made_up.hpp"
#include "data/roots.hpp"
#include "support/test_root.hpp"

namespace m2m::data {
namespace {

/// Sets M2M_DATA for as long as it lives.
class DataVariable {
 public:
  explicit DataVariable(const char* value) {
    if (const char* before = std::getenv("M2M_DATA")) before_ = before;
    ::setenv("M2M_DATA", value, 1);
  }
  ~DataVariable() {
    if (before_) ::setenv("M2M_DATA", before_->c_str(), 1);
    if (!before_) ::unsetenv("M2M_DATA");
  }
  DataVariable(const DataVariable&) = delete;
  DataVariable& operator=(const DataVariable&) = delete;

 private:
  std::optional<std::string> before_;
};

const std::filesystem::path checkout = test::test_root() / "datasets";

TEST(DataRoot, IsTheSettingBeforeTheEnvironmentBeforeTheCheckout) {
  const Config set = made_up::settings({{"data.root", "/from/setting"}});
  const Config unset = made_up::settings();
  {
    const DataVariable variable("/from/environment");
    EXPECT_EQ(data_roots(set).root, "/from/setting");
    EXPECT_EQ(data_roots(unset).root, "/from/environment");
  }
  const DataVariable variable("");
  EXPECT_EQ(data_roots(set).root, "/from/setting");
  EXPECT_TRUE(std::filesystem::equivalent(data_roots(unset).root, checkout));
}

TEST(DataRoot, KnowsWhatShipsWithTheProject) {
  const DataVariable variable("/from/environment");
  EXPECT_TRUE(std::filesystem::equivalent(data_roots(made_up::settings()).shipped, checkout));
}

TEST(LoadDataSet, SaysWhereItLooked) {
  const made_up::Folder folder;
  const Config config = made_up::settings({{"data.set", "cifar100"}, {"data.root", folder.path().string()}});
  const std::string sentence = made_up::complaint([&] { load_data_set(config); }, ExitCode::bad_data);
  EXPECT_EQ(sentence.rfind(folder.path().string() + ": holds no CIFAR-100", 0), 0U) << sentence;
}

TEST(LoadDataSet, RefusesAnUnknownName) {
  EXPECT_NE(made_up::complaint(
                [] {
                  load_data_set(made_up::settings({{"data.set", "mnist"}}));
                },
                ExitCode::usage),
            "");
}

TEST(DataSets, DecideWhatTheirStudiesDoNotSay) {
  for (const DataSetReader& reader : data_set_readers()) {
    const Config config = made_up::settings({{"data.set", reader.name}});
    EXPECT_EQ(config.text("data.imbalance"), reader.defaults.imbalance);
    EXPECT_EQ(config.text("data.validation"), reader.defaults.validation);
    EXPECT_EQ(config.text("train.network"), reader.defaults.network);
  }
  const Config said = made_up::settings({{"data.set", "reuters36"}, {"data.validation", "fold"}});
  EXPECT_EQ(said.text("data.validation"), "fold");
}

TEST(DataFields, OfferEveryReader) {
  const auto fields = settings::data_fields();
  const settings::Field* set = settings::find_field(fields, "data.set");
  ASSERT_NE(set, nullptr);
  std::vector<std::string> names;
  for (const DataSetReader& reader : data_set_readers()) names.push_back(reader.name);
  EXPECT_EQ(set->choices, names);
  for (const char* name : {"cifar10", "cifar100", "digits", "reuters36", "twitter", "celeba5", "sun397",
                           "imagenet-lt", "images", "npz"})
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  for (const settings::Field& field : fields) {
    EXPECT_FALSE(field.help.empty()) << field.name;
    if (field.standard.is_null()) continue;  // the data set decides
    EXPECT_EQ(settings::checked_value(field, field.standard), field.standard) << field.name;
  }
}

}  // namespace
}  // namespace m2m::data
