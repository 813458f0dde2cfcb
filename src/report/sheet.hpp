#pragma once
// A table of named columns with typed cells, and its text in each format.
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::report {

enum class Format { markdown, csv, latex, json };

struct SheetColumn {
  std::string name;          // as CSV and JSON call it: "sign_test"
  std::string title;         // as people read it; empty: CSV and JSON alone have it
  int decimals = 2;          // of fractions in Markdown and LaTeX; CSV and JSON do not round
  std::string absent = "-";  // how Markdown and LaTeX write that there is none
  bool has_sign = false;     // a plus sign before what is positive
};

struct Sheet {
  std::string title;
  std::vector<SheetColumn> columns;
  std::vector<std::vector<Json>> rows;  // [row][column]: a text, a number, a flag, or null where there is none
  std::vector<std::string> notes;       // remarks a reader needs, a sentence each
};

/// NaN and infinities become null.
Json number_or_null(double value);

/// A line per row under a header of names, numbers unrounded, null empty. RFC 4180.
std::string as_csv(const Sheet& sheet);
/// An object per row: its cells by name, numbers unrounded.
nlohmann::ordered_json json_rows(const Sheet& sheet);
/// The sheet in that format: the same rows in each. As JSON it is {"title", "rows", "notes"}. Pure.
std::string written(const Sheet& sheet, Format format);

// A table for people: what stands above it, its cells as text, and what stands below.

/// Cells as text: a header, and rows as long as it.
struct TextGrid {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

struct Page {
  std::vector<std::string> heading;  // lines above the grid
  TextGrid grid;
  std::vector<std::string> remarks;  // lines below it, each with its mark: "* M2m on ...", "- rerun by ..."
};

/// Markdown with aligned columns.
std::string as_markdown(const Page& page);
/// A LaTeX tabular with booktabs' rules; heading and remarks are comments, "+-" becomes its sign.
std::string as_latex(const Page& page);

}  // namespace m2m::report
