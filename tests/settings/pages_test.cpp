// Compares pages of docs with the tables that they come from; with M2M_WRITE_PAGES=1 it writes them.
#include "support/pages.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/files.hpp"
#include "support/test_root.hpp"

namespace m2m::testing {
namespace {

constexpr const char* begin_mark = "<!-- methods: written by settings_test -->\n";
constexpr const char* end_mark = "<!-- end of methods -->";

/// The page with the table between its marks.
std::string with_table(const std::string& page, const std::string& table) {
  const auto begin = page.find(begin_mark), end = page.find(end_mark);
  if (begin == std::string::npos || end == std::string::npos) return "docs/methods.md has lost its marks";
  return page.substr(0, begin) + begin_mark + table + page.substr(end);
}

void expect_page(const std::filesystem::path& file, const std::string& expected) {
  if (std::getenv("M2M_WRITE_PAGES") != nullptr) write_file(file, expected);
  EXPECT_EQ(read_file(file), expected) << "run it once more with M2M_WRITE_PAGES=1, and look at the difference";
}

TEST(Pages, OfSettingsIsWhatTheRowsSay) { expect_page(testing::test_root() / "docs/settings.md", settings_page()); }

TEST(Pages, OfMethodsHasTheTableOfTheCatalogue) {
  const std::filesystem::path file = testing::test_root() / "docs/methods.md";
  expect_page(file, with_table(read_file(file), methods_table()));
}

}  // namespace
}  // namespace m2m::testing
