#include <algorithm>
#include <cstdlib>
#include <optional>

#include "data/readers.hpp"
#include "settings/data_settings.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_root.hpp"

namespace m2m::data {
namespace {

/// Sets M2M_DATA during its lifetime.
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

const std::filesystem::path checkout = testing::test_root() / "datasets";

TEST(DataRoot, IsTheSettingBeforeTheEnvironmentBeforeTheCheckout) {
  const settings::DataSettings set = testing::data_settings({{"data.root", "/from/setting"}});
  const settings::DataSettings unset = testing::data_settings();
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
  EXPECT_TRUE(std::filesystem::equivalent(data_roots(testing::data_settings()).shipped, checkout));
}

TEST(LoadDataSet, SaysWhereItLooked) {
  const testing::TemporaryFolder folder;
  const settings::DataSettings config =
      testing::data_settings({{"data.set", "cifar100"}, {"data.root", folder.path().string()}});
  const std::string sentence = testing::complaint([&] { load_data_set(config); }, ExitCode::bad_data);
  EXPECT_EQ(sentence.rfind(folder.path().string() + ": contains no CIFAR-100", 0), 0U) << sentence;
}

TEST(LoadDataSet, RefusesAnUnknownName) {
  EXPECT_NE(testing::complaint(
                [] {
                  load_data_set(testing::data_settings({{"data.set", "mnist"}}));
                },
                ExitCode::usage),
            "");
}

TEST(DataSets, DecideWhatTheirStudiesDoNotSay) {
  for (const settings::DataSetFacts& facts : settings::data_sets()) {
    const settings::DataSettings decided = testing::data_settings({{"data.set", facts.name}});
    EXPECT_EQ(decided.imbalance, facts.imbalance) << facts.name;
    EXPECT_EQ(decided.validation, facts.validation) << facts.name;
  }
  const settings::DataSettings given =
      testing::data_settings({{"data.set", "reuters36"}, {"data.validation", "fold"}});
  EXPECT_EQ(given.validation, settings::Validation::fold);
}

TEST(DataSets, EachHaveAReader) {
  EXPECT_EQ(settings::row_of("data.set").choices, settings::data_set_names());
  for (const std::string& name : settings::data_set_names()) EXPECT_EQ(find_reader(name).name, name);
}

}  // namespace
}  // namespace m2m::data
