#include "report/sheet.hpp"

namespace m2m::report {

nlohmann::ordered_json json_rows(const Sheet& sheet) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& cells : sheet.rows) {
    nlohmann::ordered_json row = nlohmann::ordered_json::object();
    for (std::size_t c = 0; c < cells.size(); ++c) row[sheet.columns[c].name] = cells[c];
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace m2m::report
