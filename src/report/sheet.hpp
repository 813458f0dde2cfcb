#pragma once
// A sheet of named columns with typed cells, and its text in each format.
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::report {

/// Formats of a sheet or table: for people (markdown, latex), for programs (csv, json).
enum class Format { markdown, csv, latex, json };

/// A column of a sheet.
struct SheetColumn {
  std::string name;            // in CSV and JSON: "sign_test"
  std::string title;           // in Markdown and LaTeX; empty: only CSV and JSON have the column
  int decimals = 2;            // of fractions in Markdown and LaTeX; CSV and JSON do not round
  std::string absent = "-";    // text of a null in Markdown and LaTeX
  bool has_sign = false;       // positive numbers get a plus sign
  bool has_deviation = false;  // Markdown and LaTeX add "+-" and the next column, unless it is null
};

/// Numbers for people and programs.
struct Sheet {
  std::string title;
  std::vector<SheetColumn> columns;
  std::vector<std::vector<Json>> rows;  // [row][column]: a text, number, flag, or null
  std::vector<std::string> notes;       // remarks that a reader needs, a sentence each
};

/// Converts a number; NaN and infinities become null.
Json number_or_null(double value);

/// Writes a line per row under a header of names, numbers unrounded, null empty. RFC 4180. Pure.
std::string to_csv(const Sheet& sheet);
/// Makes an object per row: its cells by name, numbers unrounded. Pure.
nlohmann::ordered_json json_rows(const Sheet& sheet);
/// Writes a sheet in a format: the same rows in each. JSON is {"title", "rows", "notes"}. Pure.
std::string format(const Sheet& sheet, Format format);

/// Cells as text: a header, and rows of the same length.
struct TextGrid {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// A grid for people, with the lines around it.
struct Page {
  std::vector<std::string> heading;  // lines above the grid
  TextGrid grid;
  std::vector<std::string> remarks;  // lines below it, each with its mark: "* M2m on ...", "- rerun by ..."
};

/// Writes a page in Markdown, with aligned columns. Pure.
std::string to_markdown(const Page& page);
/// Writes a page as a LaTeX tabular with the rules of booktabs; heading and remarks become comments, "+-" becomes
/// its sign. Pure.
std::string to_latex(const Page& page);

}  // namespace m2m::report
