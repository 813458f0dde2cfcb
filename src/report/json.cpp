#include "report/formats.hpp"
#include "report/numbers.hpp"

namespace m2m {

std::string as_json(const ResultTable& table) {
  nlohmann::ordered_json cells = nlohmann::ordered_json::array();
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (table.cells[row][column].planned == 0) continue;
      nlohmann::ordered_json cell;
      for (const auto& [name, value] : numbers_of(table, row, column)) cell[name] = value;
      cells.push_back(std::move(cell));
    }
  }
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();
  for (const Fact& fact : table.facts) facts[fact.name] = fact.value;
  const nlohmann::ordered_json all = {{"title", title(table)},
                                      {"facts", std::move(facts)},
                                      {"cells", std::move(cells)},
                                      {"incomplete", table.incomplete},
                                      {"notes", table.notes}};
  return all.dump(2) + "\n";
}

}  // namespace m2m
