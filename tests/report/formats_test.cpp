#include "report/formats.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/counts.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/synthetic_study.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::report {
namespace {

ResultTable made_up_table() {
  const testing::TemporaryFolder folder;
  testing::make_study({folder.path()});
  return make_table(results::read_results_file(results::OutputFolder{folder.path()}.merged()), {});
}

TEST(Markdown, LooksAsPromised) {
  const ResultTable table = made_up_table();
  const std::vector<std::string> lines = testing::lines_of(as_markdown(table));
  EXPECT_TRUE(testing::says(lines[0], {"last epoch", "bACC / GM", "mean +- std (n)"}));
  EXPECT_EQ(lines[1],
            "validation: test-head   protocol: code   precision: float32   network: resnet32, small-mlp   "
            "epochs: 200, 40");
  EXPECT_EQ(lines[3],
            "| method             | CIFAR-LT-10 rho=100            | CIFAR-LT-10 rho=100, published | "
            "CIFAR-LT-10 rho=100, rerun by others | digits step rho=20            |");
  EXPECT_EQ(lines[5],
            "| ERM                | 62.3 +- 0.3 / 56.2 +- 0.1 (3)  | 68.7 +- 1.43                   | "
            "73.90 / 72.79                        | 67.5 +- 0.5 / 64.5 +- 0.9 (3) |");
  EXPECT_EQ(lines[6].substr(0, 56), "| DRS                | 73.0 / 72.2 (1)                | ");
  EXPECT_EQ(lines[8].substr(0, 26), "| M2m, lambda=0 \\| b | 47.");
  for (std::size_t line = 4; line < 11; ++line) EXPECT_EQ(lines[line].size(), lines[3].size());
  EXPECT_EQ(lines[11], "");
  EXPECT_TRUE(testing::says(lines[12], {"* M2m on CIFAR-LT-10 rho=100", "1 of 4", "diverged"}));
}

TEST(Markdown, OfOneDataSettingNamesItInTheTitle) {
  results::StudyResults results;
  const results::TrialRecord record = testing::sample_record("ERM", testing::sample_config("ERM", 0), {50, 50});
  results.trials.push_back({testing::planned(record), results::TrialStatus::done, "", record});
  const std::vector<std::string> lines = testing::lines_of(as_markdown(make_table(results, {})));
  EXPECT_TRUE(testing::says(lines[0], {"CIFAR-LT-10 rho=100", "last epoch", "bACC / GM", "mean +- std (n)"}));
  EXPECT_EQ(lines[3], "| method | ours            | published    | rerun by others |");
  EXPECT_EQ(lines[5], "| ERM    | 50.0 / 50.0 (1) | 68.7 +- 1.43 | 73.90 / 72.79   |");
}

TEST(Latex, EscapesAndKeepsTheSameCells) {
  const ResultTable table = made_up_table();
  const std::string text = as_latex(table);
  EXPECT_NE(text.find("ERM & 62.3 $\\pm$ 0.3 / 56.2 $\\pm$ 0.1 (3) & 68.7 $\\pm$ 1.43 & "), std::string::npos)
      << text;
  EXPECT_NE(text.find("\\begin{tabular}{lllll}"), std::string::npos);
  EXPECT_NE(text.find("M2m, lambda=0 \\textbar{} b & "), std::string::npos);
  EXPECT_EQ(text.rfind("% wants \\usepackage{booktabs}\n", 0), 0U);
  for (const char* rule : {"\n  \\toprule\n", "\n  \\midrule\n", "\n  \\bottomrule\n"}) {
    EXPECT_NE(text.find(rule), std::string::npos) << text;
  }
  for (const std::string& line : testing::lines_of(text)) {
    if (line.starts_with("%")) continue;
    EXPECT_EQ(line.find('_'), std::string::npos) << line;
  }
}

TEST(Csv, QuotesWhatHasACommaAndHasOneLineACell) {
  const std::vector<std::string> lines = testing::lines_of(as_csv(made_up_table()));
  EXPECT_EQ(lines.size(), 9U);  // a header, ERM and DRS on both settings, four labels on one
  EXPECT_EQ(lines[0].substr(0, 72), "method,data,selection,gm_kind,planned,n,failed,diverged,missing,bacc_mea");
  EXPECT_EQ(lines[6].substr(0, 49), "\"M2m, lambda=0 | b\",CIFAR-LT-10 rho=100,last,zero");
  EXPECT_EQ(testing::lines_of(as_csv(make_table({}, {}))).size(), 1U);
}

/// Whether a line of the CSV has this number, as JSON writes it, as one of its cells.
bool has_number(const std::string& csv, const Json& number) {
  return csv.find(fmt::format(",{},", number.dump())) != std::string::npos;
}

void expect_same_numbers(const TableCell& cell, const Json& json, const std::string& csv, const std::string& text) {
  EXPECT_EQ(json.at("n"), cell.bacc.n);
  if (cell.bacc.n == 0) {
    EXPECT_TRUE(json.at("bacc_mean").is_null());
    return;
  }
  EXPECT_EQ(json.at("bacc_mean").get<double>(), cell.bacc.mean);
  EXPECT_EQ(json.at("gm_mean").get<double>(), cell.gm.mean);
  EXPECT_TRUE(has_number(csv, json.at("bacc_mean")));
  EXPECT_TRUE(has_number(csv, json.at("gm_mean")));
  EXPECT_NE(text.find(fmt::format("{:.1f}", cell.bacc.mean)), std::string::npos);
  if (cell.bacc.n < 2) return;
  EXPECT_EQ(json.at("bacc_std").get<double>(), cell.bacc.std);
  EXPECT_TRUE(has_number(csv, json.at("bacc_std")));
}

TEST(Formats, ShowTheMetricsAskedFor) {
  const testing::TemporaryFolder folder;
  testing::make_study({folder.path()});
  TableOptions options;
  options.metrics = {"last_third", "ece", "gm"};
  const ResultTable table =
      make_table(results::read_results_file(results::OutputFolder{folder.path()}.merged()), options);
  const std::vector<std::string> lines = testing::lines_of(as_markdown(table));
  EXPECT_TRUE(testing::says(lines[0], {"last epoch", "last third / ECE / GM", "mean +- std (n)"}));
  EXPECT_EQ(lines[3].find("published"), std::string::npos);
  EXPECT_EQ(lines[5].substr(0, 68), "| ERM                | 30.0 +- 1.0 / 42.4 +- 16.9 / 56.2 +- 0.1 (3) ");
  EXPECT_NE(as_latex(table).find("ERM & 30.0 $\\pm$ 1.0 / 42.4 $\\pm$ 16.9 / 56.2 $\\pm$ 0.1 (3) & "),
            std::string::npos);
  const std::string header = testing::lines_of(as_csv(table)).front();
  EXPECT_NE(
      header.find(",missing,last_third_mean,last_third_std,ece_mean,ece_std,gm_mean,gm_std,untested,validation,"),
      std::string::npos)
      << header;
  EXPECT_NEAR(Json::parse(as_json(table)).at("cells").at(0).at("last_third_mean").get<double>(), 30, 1e-9);
  EXPECT_FALSE(Json::parse(as_json(table)).at("cells").at(0).contains("bacc_mean"));
}

TEST(Formats, CarryTheSameNumbers) {
  const ResultTable table = made_up_table();
  const Json json = Json::parse(as_json(table));
  std::size_t index = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (const TableCell& cell : table.cells[row]) {
      if (cell.planned == 0) continue;
      const Json& in_json = json.at("cells").at(index++);
      EXPECT_EQ(in_json.at("method"), table.rows[row]);
      expect_same_numbers(cell, in_json, as_csv(table), as_markdown(table));
    }
  }
  EXPECT_EQ(index, json.at("cells").size());
}

}  // namespace
}  // namespace m2m::report
