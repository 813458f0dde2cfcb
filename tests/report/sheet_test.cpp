// Sheets in their four formats, which have the same cells.
#include "report/sheet.hpp"

#include <gtest/gtest.h>

#include "report/analyses.hpp"
#include "report/table_formats.hpp"
#include "support/choice_study.hpp"
#include "support/sample_results.hpp"
#include "support/sheet_study.hpp"
#include "support/synthetic_study.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::report {
namespace {

using testing::expect_same_in_all_formats;

Sheet small_sheet() {
  return {"Two rows",
          {{"name", "name"}, {"value", "value of x_1", 1, "none", true}, {"hidden", ""}},
          {{"a, b | c_d", 1.25, true}, {"e & f", Json(), 7}},
          {"50 % of it"}};
}

results::StudyResults synthetic_results() {
  const testing::TemporaryFolder folder;
  testing::make_study({folder.path()});
  return results::read_output_folder({folder.path()});
}

TEST(Sheet, IsWrittenAsMarkdown) {
  EXPECT_EQ(format(small_sheet(), Format::markdown),
            "Two rows\n\n"
            "| name        | value of x_1 |\n"
            "| :---------- | :----------- |\n"
            "| a, b \\| c_d | +1.2         |\n"
            "| e & f       | none         |\n"
            "\n- 50 % of it\n");
}

TEST(Sheet, IsWrittenAsLatexWithBooktabs) {
  EXPECT_EQ(format(small_sheet(), Format::latex),
            "% needs \\usepackage{booktabs}\n"
            "% Two rows\n"
            "\\begin{tabular}{ll}\n"
            "  \\toprule\n"
            "  name & value of x\\_1 \\\\\n"
            "  \\midrule\n"
            "  a, b \\textbar{} c\\_d & +1.2 \\\\\n"
            "  e \\& f & none \\\\\n"
            "  \\bottomrule\n"
            "\\end{tabular}\n"
            "% - 50 % of it\n");
}

TEST(Sheet, ShowsADeviationBesideItsMean) {
  Sheet sheet = small_sheet();
  sheet.columns[1].has_deviation = true;
  sheet.rows[0][2] = 0.25;
  sheet.rows[1][2] = Json();
  const std::string markdown = format(sheet, Format::markdown);
  EXPECT_NE(markdown.find("| +1.2 +- 0.2 "), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("| none         "), std::string::npos) << markdown;
  EXPECT_EQ(format(sheet, Format::csv), "name,value,hidden\n\"a, b | c_d\",1.25,0.25\ne & f,,\n");
}

TEST(Sheet, IsWrittenUnroundedForPrograms) {
  EXPECT_EQ(format(small_sheet(), Format::csv), "name,value,hidden\n\"a, b | c_d\",1.25,true\ne & f,,7\n");
  const Json json = Json::parse(format(small_sheet(), Format::json));
  EXPECT_EQ(json.at("rows").at(0), Json({{"name", "a, b | c_d"}, {"value", 1.25}, {"hidden", true}}));
  EXPECT_TRUE(json.at("rows").at(1).at("value").is_null());
  EXPECT_EQ(json.at("notes").at(0), "50 % of it");
}

TEST(Sheet, OfEveryCommandSaysTheSameInAllFormats) {
  const results::StudyResults results = synthetic_results();
  const TableOptions options;
  expect_same_in_all_formats(tidy_sheet(results, Selection::last));
  expect_same_in_all_formats(class_sheet(results, "", options));
  expect_same_in_all_formats(reference_sheet(results, options));
  expect_same_in_all_formats(variance_sheet(results, {"", "bacc", 1}, options));
  expect_same_in_all_formats(
      paired_sheet(compare_paired({results, "ERM"}, {results, "DRS"}, "gm", options), "ERM", "DRS", "gm", options));
  expect_same_in_all_formats(to_sheet(make_table(results, options)));
}

}  // namespace
}  // namespace m2m::report
