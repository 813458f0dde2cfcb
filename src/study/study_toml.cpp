#include "study/study_toml.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"

namespace m2m::study {
namespace {

constexpr int max_key_parts = 100;

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  throw usage_error(fmt::format("{}:{}: {}", file, line, what));
}

/// Refuses keys with very many parts, which would exhaust the stack of a recursive reader.
void check_key_parts(const std::string& text, const std::string& file) {
  int line = 1;
  int dots = 0;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (c == '\n' || c == '=' || c == ',' || c == '#' || c == ']') dots = 0;
    if (c == '.' && ++dots > max_key_parts)
      fail(file, line, fmt::format("more than {} dots in a row", max_key_parts));
  }
}

/// Advice for an error of the TOML parser; empty if its text is enough.
const char* hint_for(std::string_view fault) {
  if (fault.find("parsing boolean") != std::string_view::npos) return "; write true or false";
  if (fault.find("parsing floating-point") != std::string_view::npos) return "; write 0.5, and not .5 or 5.";
  if (fault.find("parsing value") != std::string_view::npos) return "; write texts in quotes";
  if (fault.find("redefine") != std::string_view::npos) return "; write all its keys in one place";
  if (fault.find("utf-8") != std::string_view::npos) return "; save the file as UTF-8";
  return "";
}

int line_number(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

/// Converts a parsed TOML table; `file` is its name in messages.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  TomlStudy study(const toml::table& root) const {
    TomlStudy study;
    for (const auto& [key, node] : root) {
      if (key.str() == "grid") {
        study.grid = entries(checked_table(node, key, "write [grid] and below it 'seed = [0, 1, 2]'"));
      } else if (key.str() == "point") {
        study.points = points(node, key);
      } else {
        add(study.settings, "", key, node);
      }
    }
    in_file_order(study.settings);
    return study;
  }

 private:
  const toml::table& checked_table(const toml::node& node, const toml::key& key, const char* hint) const {
    if (!node.is_table())
      fail(file_, line_number(key.source()), fmt::format("'{}' is not a table: {}", key.str(), hint));
    return *node.as_table();
  }

  std::vector<TomlPoint> points(const toml::node& node, const toml::key& key) const {
    constexpr auto hint = "write [[point]] and below it its label and settings";
    if (!node.is_array())
      fail(file_, line_number(key.source()), fmt::format("'point' is not a list of tables: {}", hint));
    std::vector<TomlPoint> read;
    for (const toml::node& item : *node.as_array()) {
      read.push_back({entries(checked_table(item, key, hint)), line_number(item.source())});
    }
    return read;
  }

  std::vector<TomlEntry> entries(const toml::table& table) const {
    std::vector<TomlEntry> made;
    for (const auto& [key, node] : table) add(made, "", key, node);
    in_file_order(made);
    return made;
  }

  void add(std::vector<TomlEntry>& made, const std::string& prefix, const toml::key& key,
           const toml::node& node) const {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      for (const auto& [inner_key, inner_node] : *inner) add(made, name + ".", inner_key, inner_node);
    } else {
      made.push_back({name, value(node, name), line_number(key.source())});
    }
  }

  Json value(const toml::node& node, const std::string& name) const {
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* text = node.as_string()) return text->get();
    if (const toml::array* list = node.as_array()) {
      Json items = Json::array();
      for (const toml::node& item : *list) items.push_back(value(item, name));
      return items;
    }
    fail(file_, line_number(node.source()),
         fmt::format("{} is {}; expected a number, a text, true, false, or a list of these", name,
                     node.is_table() ? "a list of tables, which only [[point]] may be" : "a date or time"));
  }

  /// Restores the file order, because toml++ sorts keys by name. Also finds keys that toml++ takes for different
  /// ones: a.b and "a.b".
  void in_file_order(std::vector<TomlEntry>& list) const {
    std::stable_sort(list.begin(), list.end(),
                     [](const TomlEntry& a, const TomlEntry& b) { return a.line < b.line; });
    std::map<std::string, int> first;
    for (const TomlEntry& entry : list) {
      const auto [seen, is_new] = first.emplace(entry.key, entry.line);
      if (!is_new)
        fail(file_, entry.line, fmt::format("{} is given twice; the first is in line {}", entry.key, seen->second));
    }
  }

  std::string file_;
};

}  // namespace

TomlStudy parse_toml(const std::string& text, const std::string& file) {
  check_key_parts(text, file);
  try {
    return Reader(file).study(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    const std::string_view fault = error.description();
    fail(file, line_number(error.source()), fmt::format("this is not TOML: {}{}", fault, hint_for(fault)));
  }
}

}  // namespace m2m::study
